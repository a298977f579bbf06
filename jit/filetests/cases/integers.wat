;; Integers: shifts by register take the amount modulo the width; extensions and constants are folded.
(module
  (func $shift (param $a i32) (param $by i32) (result i32) (i32.shr_s (local.get $a) (local.get $by)))
  (func $shift_of_constant (param $by i64) (result i64) (i64.shl (i64.const 1) (local.get $by)))
  (func $turn (param $a i64) (param $by i64) (result i64) (i64.rotl (local.get $a) (local.get $by)))
  (func $turn_by (param $a i32) (result i32) (i32.rotr (local.get $a) (i32.const 7)))
  (func $extended (param $a i32) (param $b i64) (result i64) (i64.add (i64.extend_i32_s (local.get $a)) (local.get $b)))
  (func $low_byte (param $a i32) (result i32) (i32.extend8_s (local.get $a)))
  (func $times_five (param $a i32) (result i32) (i32.mul (local.get $a) (i32.const 5)))
  (func $bits (param $a i64) (result i64)
    (i64.add (i64.add (i64.clz (local.get $a)) (i64.ctz (local.get $a))) (i64.popcnt (local.get $a))))
  (func $without (param $a i32) (param $b i32) (result i32)
    (i32.and (local.get $a) (i32.xor (local.get $b) (i32.const -1))))
  (func $constant (result i64) (i64.const 0x123456789abcdef0)))

;; --- compiled ---
;;
;; shift, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = i32.shr_s v0 v1    ;; 0x41
;;   return_ v2    ;; 0x42
;;
;; shift, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sarx eax, edi, esi
;;   pop rbp
;;   ret
;;
;; shift, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   asr w0, w0, w1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; shift_of_constant, graph
;; b0:
;;   v0:i64 = parameter
;;   v2:i64 = i64.shl i64:0x1 v0    ;; 0x49
;;   return_ v2    ;; 0x4a
;;
;; shift_of_constant, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov eax, 1
;;   shlx rax, rax, rdi
;;   pop rbp
;;   ret
;;
;; shift_of_constant, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz x1, #0x1
;;   lsl x0, x1, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; turn, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i64 = i64.rotl v0 v1    ;; 0x51
;;   return_ v2    ;; 0x52
;;
;; turn, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov rcx, rsi
;;   rol rdi, cl
;;   mov rax, rdi
;;   pop rbp
;;   ret
;;
;; turn, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   neg x16, x1
;;   ror x0, x0, x16
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; turn_by, graph
;; b0:
;;   v0:i32 = parameter
;;   v3:i32 = i32.rotl v0 i32:0x19    ;; 0x59
;;   return_ v3    ;; 0x5a
;;
;; turn_by, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   rol edi, 0x19
;;   mov rax, rdi
;;   pop rbp
;;   ret
;;
;; turn_by, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ror w0, w0, #7
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; extended, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i64 = i64.extend_i32_s v0    ;; 0x5f
;;   v3:i64 = i64.add v2 v1    ;; 0x62
;;   return_ v3    ;; 0x63
;;
;; extended, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movsxd rax, edi
;;   add rax, rsi
;;   pop rbp
;;   ret
;;
;; extended, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   add x0, x1, w0, sxtw
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; low_byte, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = i32.extend8_s v0    ;; 0x68
;;   return_ v1    ;; 0x69
;;
;; low_byte, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movsx eax, dil
;;   pop rbp
;;   ret
;;
;; low_byte, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sxtb w0, w0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; times_five, graph
;; b0:
;;   v0:i32 = parameter
;;   v3:i32 = i32.shl v0 i32:0x2    ;; 0x70
;;   v4:i32 = i32.add v3 v0    ;; 0x70
;;   return_ v4    ;; 0x71
;;
;; times_five, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   lea eax, [rdi + rdi*4]
;;   pop rbp
;;   ret
;;
;; times_five, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   add w0, w0, w0, lsl #2
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; bits, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i64 = i64.clz v0    ;; 0x76
;;   v2:i64 = i64.ctz v0    ;; 0x79
;;   v3:i64 = i64.add v1 v2    ;; 0x7a
;;   v4:i64 = i64.popcnt v0    ;; 0x7d
;;   v5:i64 = i64.add v3 v4    ;; 0x7e
;;   return_ v5    ;; 0x7f
;;
;; bits, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   lzcnt rax, rdi
;;   xor ecx, ecx
;;   tzcnt rcx, rdi
;;   add rax, rcx
;;   popcnt rcx, rdi
;;   add rax, rcx
;;   pop rbp
;;   ret
;;
;; bits, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   clz x1, x0
;;   rbit x2, x0
;;   clz x2, x2
;;   add x1, x1, x2
;;   fmov d31, x0
;;   cnt v31.8b, v31.8b
;;   addv b31, v31.8b
;;   fmov w0, s31
;;   add x0, x1, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; without, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v3:i32 = i32.xor v1 i32:0xffffffff    ;; 0x88
;;   v4:i32 = i32.and v0 v3    ;; 0x89
;;   return_ v4    ;; 0x8a
;;
;; without, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor esi, 0xffffffff
;;   and edi, esi
;;   mov rax, rdi
;;   pop rbp
;;   ret
;;
;; without, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   bic w0, w0, w1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; constant, graph
;; b0:
;;   return_ i64:0x123456789abcdef0    ;; 0x97
;;
;; constant, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movabs rax, 0x123456789abcdef0
;;   pop rbp
;;   ret
;;
;; constant, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz x0, #0xdef0
;;   movk x0, #0x9abc, lsl #16
;;   movk x0, #0x5678, lsl #32
;;   movk x0, #0x1234, lsl #48
;;   ldp x29, x30, [sp], #0x10
;;   ret
