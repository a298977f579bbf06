;; Division: by constants without dividing; by registers with the checks that traps ask for.
(module
  (func $by_ten (param $a i32) (result i32) (i32.div_u (local.get $a) (i32.const 10)))
  (func $signed_by_seven (param $a i32) (result i32) (i32.div_s (local.get $a) (i32.const 7)))
  (func $remainder_of_eight (param $a i32) (result i32) (i32.rem_s (local.get $a) (i32.const 8)))
  (func $by_register (param $a i32) (param $b i32) (result i32) (i32.div_s (local.get $a) (local.get $b)))
  (func $remainder (param $a i64) (param $b i64) (result i64) (i64.rem_s (local.get $a) (local.get $b)))
  (func $by_zero (param $a i32) (result i32) (i32.div_u (local.get $a) (i32.const 0)))
  (func $wide_by_ten (param $a i64) (result i64) (i64.div_u (local.get $a) (i64.const 10)))
  (func $wide_remainder_of_seven (param $a i64) (result i64) (i64.rem_s (local.get $a) (i64.const 7))))

;; --- compiled ---
;;
;; by_ten, graph
;; b0:
;;   v0:i32 = parameter
;;   v2:i64 = i64.extend_i32_u v0    ;; 0x35
;;   v4:i64 = i64.mul v2 i64:0xcccccccd    ;; 0x35
;;   v6:i64 = i64.shr_u v4 i64:0x23    ;; 0x35
;;   v7:i32 = i32.wrap_i64 v6    ;; 0x35
;;   return_ v7    ;; 0x36
;;
;; by_ten, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov eax, 0xcccccccd
;;   imul rdi, rax
;;   shr rdi, 0x23
;;   mov eax, edi
;;   pop rbp
;;   ret
;;
;; by_ten, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz x1, #0xcccd
;;   movk w1, #0xcccc, lsl #16
;;   mul x0, x0, x1
;;   lsr x0, x0, #0x23
;;   mov w0, w0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; signed_by_seven, graph
;; b0:
;;   v0:i32 = parameter
;;   v2:i64 = i64.extend_i32_s v0    ;; 0x3d
;;   v4:i64 = i64.mul v2 i64:0x92492493    ;; 0x3d
;;   v6:i64 = i64.shr_s v4 i64:0x22    ;; 0x3d
;;   v7:i32 = i32.wrap_i64 v6    ;; 0x3d
;;   v9:i32 = i32.shr_u v0 i32:0x1f    ;; 0x3d
;;   v10:i32 = i32.add v7 v9    ;; 0x3d
;;   return_ v10    ;; 0x3e
;;
;; signed_by_seven, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movsxd rax, edi
;;   mov ecx, 0x92492493
;;   imul rax, rcx
;;   sar rax, 0x22
;;   mov eax, eax
;;   shr edi, 0x1f
;;   add eax, edi
;;   pop rbp
;;   ret
;;
;; signed_by_seven, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sxtw x1, w0
;;   movz x2, #0x2493
;;   movk w2, #0x9249, lsl #16
;;   mul x1, x1, x2
;;   asr x1, x1, #0x22
;;   add w0, w1, w0, lsr #31
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; remainder_of_eight, graph
;; b0:
;;   v0:i32 = parameter
;;   v3:i32 = i32.shr_s v0 i32:0x1f    ;; 0x45
;;   v5:i32 = i32.shr_u v3 i32:0x1d    ;; 0x45
;;   v6:i32 = i32.add v0 v5    ;; 0x45
;;   v8:i32 = i32.shr_s v6 i32:0x3    ;; 0x45
;;   v9:i32 = i32.shl v8 i32:0x3    ;; 0x45
;;   v10:i32 = i32.sub v0 v9    ;; 0x45
;;   return_ v10    ;; 0x46
;;
;; remainder_of_eight, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov rax, rdi
;;   sar eax, 0x1f
;;   shr eax, 0x1d
;;   add eax, edi
;;   sar eax, 3
;;   shl eax, 3
;;   sub edi, eax
;;   mov rax, rdi
;;   pop rbp
;;   ret
;;
;; remainder_of_eight, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   asr w1, w0, #0x1f
;;   add w1, w0, w1, lsr #29
;;   asr w1, w1, #3
;;   sub w0, w0, w1, lsl #3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; by_register, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = i32.div_s v0 v1    ;; 0x4d
;;   return_ v2    ;; 0x4e
;;
;; by_register, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov rax, rdi
;;   test esi, esi
;;   je L1
;;   cmp esi, -1
;;   je L2
;;   cdq
;;   idiv esi
;; L0:
;;   pop rbp
;;   ret
;; L1:
;;   mov eax, 3
;;   call qword ptr [r15 + 0x60]
;; L2:
;;   neg eax
;;   jo L3
;;   jmp L0
;; L3:
;;   mov eax, 2
;;   call qword ptr [r15 + 0x60]
;;
;; by_register, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz w1, L1
;;   cmn w1, #1
;;   b.eq L2
;; L0:
;;   sdiv w0, w0, w1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x3
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L2:
;;   cmp w0, #1
;;   b.vs L3
;;   b L0
;; L3:
;;   movz w0, #0x2
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; remainder, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i64 = i64.rem_s v0 v1    ;; 0x55
;;   return_ v2    ;; 0x56
;;
;; remainder, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov rax, rdi
;;   test rsi, rsi
;;   je L1
;;   cmp rsi, -1
;;   je L2
;;   cqo
;;   idiv rsi
;; L0:
;;   mov rax, rdx
;;   pop rbp
;;   ret
;; L1:
;;   mov eax, 3
;;   call qword ptr [r15 + 0x60]
;; L2:
;;   xor edx, edx
;;   jmp L0
;;
;; remainder, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x1, L0
;;   sdiv x16, x0, x1
;;   msub x0, x16, x1, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x3
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; by_zero, graph
;; b0:
;;   v0:i32 = parameter
;;   v2:i32 = i32.div_u v0 i32:0x0    ;; 0x5d
;;   return_ v2    ;; 0x5e
;;
;; by_zero, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor ecx, ecx
;;   mov rax, rdi
;;   test ecx, ecx
;;   je L0
;;   xor edx, edx
;;   div ecx
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 3
;;   call qword ptr [r15 + 0x60]
;;
;; by_zero, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w1, #0
;;   cbz w1, L0
;;   udiv w0, w0, w1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x3
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; wide_by_ten, graph
;; b0:
;;   v0:i64 = parameter
;;   v3:i64 = i64.mul_wide_u v0 i64:0xcccccccccccccccd    ;; 0x65
;;   v5:i64 = i64.shr_u v3 i64:0x3    ;; 0x65
;;   return_ v5    ;; 0x66
;;
;; wide_by_ten, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movabs rcx, 0xcccccccccccccccd
;;   mov rax, rdi
;;   mul rcx
;;   shr rdx, 3
;;   mov rax, rdx
;;   pop rbp
;;   ret
;;
;; wide_by_ten, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz x1, #0xcccd
;;   movk x1, #0xcccc, lsl #16
;;   movk x1, #0xcccc, lsl #32
;;   movk x1, #0xcccc, lsl #48
;;   umulh x0, x0, x1
;;   lsr x0, x0, #3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; wide_remainder_of_seven, graph
;; b0:
;;   v0:i64 = parameter
;;   v3:i64 = i64.mul_wide_s v0 i64:0x4924924924924925    ;; 0x6d
;;   v5:i64 = i64.shr_s v3 i64:0x1    ;; 0x6d
;;   v7:i64 = i64.shr_u v0 i64:0x3f    ;; 0x6d
;;   v8:i64 = i64.add v5 v7    ;; 0x6d
;;   v9:i64 = i64.mul v8 i64:0x7    ;; 0x6d
;;   v10:i64 = i64.sub v0 v9    ;; 0x6d
;;   return_ v10    ;; 0x6e
;;
;; wide_remainder_of_seven, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movabs rcx, 0x4924924924924925
;;   mov rax, rdi
;;   imul rcx
;;   sar rdx, 1
;;   mov rax, rdi
;;   shr rax, 0x3f
;;   add rdx, rax
;;   imul rax, rdx, 7
;;   sub rdi, rax
;;   mov rax, rdi
;;   pop rbp
;;   ret
;;
;; wide_remainder_of_seven, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz x1, #0x4925
;;   movk x1, #0x2492, lsl #16
;;   movk x1, #0x9249, lsl #32
;;   movk x1, #0x4924, lsl #48
;;   smulh x1, x0, x1
;;   asr x1, x1, #1
;;   add x1, x1, x0, lsr #63
;;   movz x2, #0x7
;;   msub x0, x1, x2, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
