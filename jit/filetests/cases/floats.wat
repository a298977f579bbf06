;; Floating point: minimum and sign by the spec's rules, conversions with the checks at the range's edges.
(module
  (func $min (param $a f64) (param $b f64) (result f64) (f64.min (local.get $a) (local.get $b)))
  (func $copysign (param $a f32) (param $b f32) (result f32) (f32.copysign (local.get $a) (local.get $b)))
  (func $negative (param $a f64) (result f64) (f64.neg (local.get $a)))
  (func $nearest (param $a f64) (result f64) (f64.nearest (local.get $a)))
  (func $to_i32 (param $a f64) (result i32) (i32.trunc_f64_s (local.get $a)))
  (func $to_u64_saturated (param $a f32) (result i64) (i64.trunc_sat_f32_u (local.get $a)))
  (func $from_u64 (param $a i64) (result f64) (f64.convert_i64_u (local.get $a)))
  (func $polynomial (param $x f64) (result f64)
    (f64.add (f64.mul (f64.add (f64.mul (local.get $x) (f64.const 0.5)) (f64.const 2)) (local.get $x)) (f64.const 1))))

;; --- compiled ---
;;
;; min, graph
;; b0:
;;   v0:f64 = parameter
;;   v1:f64 = parameter #0x1
;;   v2:f64 = f64.min v0 v1    ;; 0x3f
;;   return_ v2    ;; 0x40
;;
;; min, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   ucomisd xmm0, xmm1
;;   je L1
;;   minsd xmm0, xmm1
;; L0:
;;   pop rbp
;;   ret
;; L1:
;;   jp L2
;;   orps xmm0, xmm1
;;   jmp L0
;; L2:
;;   addsd xmm0, xmm1
;;   jmp L0
;;
;; min, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fmin d0, d0, d1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; copysign, graph
;; b0:
;;   v0:f32 = parameter
;;   v1:f32 = parameter #0x1
;;   v2:f32 = f32.copysign v0 v1    ;; 0x47
;;   return_ v2    ;; 0x48
;;
;; copysign, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movaps xmm15, xmm1
;;   andps xmm15, xmmword ptr [data+19]
;;   andps xmm0, xmmword ptr [data+3]
;;   orps xmm0, xmm15
;;   pop rbp
;;   ret
;;
;; copysign, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movi v31.4s, #0x80, lsl #24
;;   bit v0.16b, v1.16b, v31.16b
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; negative, graph
;; b0:
;;   v0:f64 = parameter
;;   v1:f64 = f64.neg v0    ;; 0x4d
;;   return_ v1    ;; 0x4e
;;
;; negative, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xorpd xmm0, xmmword ptr [data+2]
;;   pop rbp
;;   ret
;;
;; negative, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fneg d0, d0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; nearest, graph
;; b0:
;;   v0:f64 = parameter
;;   v1:f64 = f64.nearest v0    ;; 0x53
;;   return_ v1    ;; 0x54
;;
;; nearest, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   roundsd xmm0, xmm0, 8
;;   pop rbp
;;   ret
;;
;; nearest, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   frintn d0, d0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; to_i32, graph
;; b0:
;;   v0:f64 = parameter
;;   v1:i32 = i32.trunc_f64_s v0    ;; 0x59
;;   return_ v1    ;; 0x5a
;;
;; to_i32, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cvttsd2si rax, xmm0
;;   movsxd r11, eax
;;   cmp r11, rax
;;   jne L0
;;   mov eax, eax
;;   pop rbp
;;   ret
;; L0:
;;   ucomisd xmm0, xmm0
;;   jp L1
;;   jmp L2
;; L1:
;;   mov eax, 4
;;   call qword ptr [r15 + 0x60]
;; L2:
;;   mov eax, 2
;;   call qword ptr [r15 + 0x60]
;;
;; to_i32, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fcvtzs x0, d0
;;   fcmp d0, d0
;;   b.vs L0
;;   cmp x0, w0, sxtw
;;   b.ne L0
;;   mov w0, w0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   fcmp d0, d0
;;   b.vs L1
;;   b L2
;; L1:
;;   movz w0, #0x4
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L2:
;;   movz w0, #0x2
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; to_u64_saturated, graph
;; b0:
;;   v0:f32 = parameter
;;   v1:i64 = i64.trunc_sat_f32_u v0    ;; 0x5f
;;   return_ v1    ;; 0x61
;;
;; to_u64_saturated, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cvttss2si rax, xmm0
;;   test rax, rax
;;   js L3
;; L0:
;;   pop rbp
;;   ret
;; L1:
;;   xor eax, eax
;;   xorps xmm15, xmm15
;;   ucomiss xmm0, xmm15
;;   jp L0
;;   jb L2
;;   mov rax, -1
;;   jmp L0
;; L2:
;;   jmp L0
;; L3:
;;   ucomiss xmm0, dword ptr [data+8]
;;   jb L1
;;   movaps xmm15, xmm0
;;   subss xmm15, dword ptr [data+8]
;;   cvttss2si rax, xmm15
;;   test rax, rax
;;   js L1
;;   btc rax, 0x3f
;;   jmp L0
;;
;; to_u64_saturated, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fcvtzu x0, s0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; from_u64, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:f64 = f64.convert_i64_u v0    ;; 0x66
;;   return_ v1    ;; 0x67
;;
;; from_u64, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xorps xmm0, xmm0
;;   test rdi, rdi
;;   js L1
;;   cvtsi2sd xmm0, rdi
;; L0:
;;   pop rbp
;;   ret
;; L1:
;;   mov r11, rdi
;;   mov rax, rdi
;;   shr r11, 1
;;   and rax, 1
;;   or r11, rax
;;   cvtsi2sd xmm0, r11
;;   addsd xmm0, xmm0
;;   jmp L0
;;
;; from_u64, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ucvtf d0, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; polynomial, graph
;; b0:
;;   v0:f64 = parameter
;;   v2:f64 = f64.mul v0 f64:0x3fe0000000000000    ;; 0x75
;;   v4:f64 = f64.add v2 f64:0x4000000000000000    ;; 0x7f
;;   v5:f64 = f64.mul v4 v0    ;; 0x82
;;   v7:f64 = f64.add v5 f64:0x3ff0000000000000    ;; 0x8c
;;   return_ v7    ;; 0x8d
;;
;; polynomial, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vmulsd xmm1, xmm0, qword ptr [data+14]
;;   vaddsd xmm1, xmm1, qword ptr [data+46]
;;   vmulsd xmm0, xmm1, xmm0
;;   vaddsd xmm0, xmm0, qword ptr [data+30]
;;   pop rbp
;;   ret
;;
;; polynomial, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fmov d1, #0.50000000
;;   fmul d1, d0, d1
;;   fmov d2, #2.00000000
;;   fadd d1, d1, d2
;;   fmul d0, d1, d0
;;   fmov d1, #1.00000000
;;   fadd d0, d0, d1
;;   ldp x29, x30, [sp], #0x10
;;   ret
