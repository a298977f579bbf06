;; Tail calls move their own frame: arguments in registers, fewer and more on the stack than the caller has, itself, and
;; what may belong to another instance.
(module
  (type $few (func (param i32 i64) (result i64)))
  (table 4 funcref)
  (func $registers (type $few) (return_call $own (local.get 1) (local.get 0)))
  (func $own (param i64 i32) (result i64)
    (if (result i64) (local.get 1)
      (then (return_call $own (local.get 0) (i32.sub (local.get 1) (i32.const 1))))
      (else (local.get 0))))
  (func $more (param i64) (result i64)
    (return_call $many (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7)
      (i64.const 8) (local.get 0) (i64.const 10)))
  (func $many (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64) (return_call $more (local.get 9)))
  (func $indirect (type $few) (return_call_indirect (type $few) (local.get 0) (local.get 1) (local.get 0)))
  (func $reference (param (ref $few)) (result i64)
    (return_call_ref $few (i32.const 1) (i64.const 2) (local.get 0)))
)

;; --- compiled ---
;;
;; registers, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   return_call v1 v0 #0x1    ;; 0x48
;;
;; registers, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L0
;;   mov r11, rsi
;;   mov rsi, rdi
;;   mov rdi, r11
;;   mov rax, qword ptr [r15 + 0x48]
;;   add rax, 0x30
;;   mov rsp, rbp
;;   pop rbp
;;   jmp qword ptr [rax + 0x20]
;; L0:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; registers, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L0
;;   mov x16, x1
;;   mov x1, x0
;;   mov x0, x16
;;   ldr x8, [x23, #0x48]
;;   add x8, x8, #0x30
;;   ldp x11, x30, [x29]
;;   add sp, x29, #0x10
;;   mov x29, x11
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L0:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; own, graph
;; b0: to b1 b2
;;   v0:i64 = parameter
;;   v1:i32 = parameter #0x1
;;   branch v1    ;; 0x4f
;; b1: from b0 rare
;;   v5:i32 = i32.add v1 i32:0xffffffff    ;; 0x57
;;   return_call v0 v5 #0x1    ;; 0x58
;; b2: from b0 rare
;;   return_ v0    ;; 0x5e
;;
;; own, x86-64
;; L0:
;;   push rbp
;;   mov rbp, rsp
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;;   test esi, esi
;;   je L1
;;   add esi, -1
;;   mov rsp, rbp
;;   pop rbp
;;   jmp L0
;; L1:
;;   mov rax, rdi
;;   pop rbp
;;   ret
;; L2:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; own, aarch64
;; L0:
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   cbz w1, L1
;;   sub w1, w1, #1
;;   ldp x11, x30, [x29]
;;   add sp, x29, #0x10
;;   mov x29, x11
;;   b L0
;; L1:
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; more, graph
;; b0:
;;   v0:i64 = parameter
;;   return_call i64:0x1 i64:0x2 i64:0x3 i64:0x4 i64:0x5 i64:0x6 i64:0x7 i64:0x8 v0 i64:0xa #0x3    ;; 0x75
;;
;; more, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x10
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L0
;;   mov r10d, 8
;;   mov ebx, 7
;;   mov r9d, 6
;;   mov r8d, 5
;;   mov ecx, 4
;;   mov edx, 3
;;   mov esi, 2
;;   mov eax, 1
;;   mov r12d, 0xa
;;   mov r11, rax
;;   mov rax, rdi
;;   mov rdi, r11
;;   mov qword ptr [rsp], rax
;;   mov qword ptr [rsp + 8], r12
;;   mov rax, qword ptr [r15 + 0x48]
;;   add rax, 0x90
;;   mov r12, qword ptr [rbp + 8]
;;   mov r13, qword ptr [rbp]
;;   mov r11, qword ptr [rsp + 8]
;;   mov qword ptr [rbp + 8], r11
;;   mov r11, qword ptr [rsp]
;;   mov qword ptr [rbp], r11
;;   lea rsp, [rbp - 8]
;;   mov rbp, r13
;;   mov qword ptr [rsp], r12
;;   jmp qword ptr [rax + 0x20]
;; L0:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; more, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L0
;;   movz x7, #0x8
;;   movz x6, #0x7
;;   movz x5, #0x6
;;   movz x4, #0x5
;;   movz x3, #0x4
;;   movz x2, #0x3
;;   movz x1, #0x2
;;   movz x8, #0x1
;;   movz x9, #0xa
;;   mov x16, x8
;;   mov x8, x0
;;   mov x0, x16
;;   str x8, [sp]
;;   str x9, [sp, #8]
;;   ldr x8, [x23, #0x48]
;;   add x8, x8, #0x90
;;   ldp x11, x30, [x29]
;;   ldr x10, [sp, #8]
;;   str x10, [x29, #8]
;;   ldr x10, [sp]
;;   str x10, [x29]
;;   mov sp, x29
;;   mov x29, x11
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L0:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; many, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i64 = parameter #0x2
;;   v3:i64 = parameter #0x3
;;   v4:i64 = parameter #0x4
;;   v5:i64 = parameter #0x5
;;   v6:i64 = parameter #0x6
;;   v7:i64 = parameter #0x7
;;   v8:i64 = parameter #0x8
;;   v9:i64 = parameter #0x9
;;   return_call v9 #0x2    ;; 0x7c
;;
;; many, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L0
;;   mov rdi, qword ptr [rbp + 0x18]
;;   mov rax, qword ptr [r15 + 0x48]
;;   add rax, 0x60
;;   mov r12, qword ptr [rbp + 8]
;;   mov r13, qword ptr [rbp]
;;   lea rsp, [rbp + 0x18]
;;   mov rbp, r13
;;   mov qword ptr [rsp], r12
;;   jmp qword ptr [rax + 0x20]
;; L0:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; many, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L0
;;   ldr x0, [x29, #0x18]
;;   ldr x8, [x23, #0x48]
;;   add x8, x8, #0x60
;;   ldp x11, x30, [x29]
;;   add sp, x29, #0x20
;;   mov x29, x11
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L0:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; indirect, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   return_call_indirect v0 v1 v0    ;; 0x87
;;
;; indirect, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;;   mov qword ptr [rbp - 8], r15
;;   mov rax, rdi
;;   mov r11, qword ptr [r15 + 0x10]
;;   mov r11, qword ptr [r11]
;;   cmp rax, qword ptr [r11 + 8]
;;   jae L3
;;   mov r12, rax
;;   mov r11, qword ptr [r11]
;;   mov rax, qword ptr [r11 + rax*8]
;;   mov r11, qword ptr [r15 + 0x28]
;;   mov r11d, dword ptr [r11]
;;   test rax, rax
;;   je L4
;;   cmp dword ptr [rax + 0x10], r11d
;;   jne L4
;; L0:
;;   mov r11, qword ptr [rax + 8]
;;   mov rax, qword ptr [rax]
;;   cmp r11, r15
;;   jne L5
;; L1:
;;   mov rsp, rbp
;;   pop rbp
;;   jmp qword ptr [rax + 0x20]
;; L2:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;; L3:
;;   mov eax, 7
;;   call qword ptr [r15 + 0x60]
;; L4:
;;   call qword ptr [r15 + 0x70]
;;   jmp L0
;; L5:
;;   test r11, r11
;;   je L1
;;   mov r12, qword ptr [rbp + 8]
;;   cmp r12, qword ptr [r15 + 0xa0]
;;   je L6
;;   mov r13, qword ptr [rbp]
;;   mov qword ptr [rbp + 8], r12
;;   mov qword ptr [rbp], r13
;;   mov qword ptr [rbp - 8], r15
;;   mov r12, qword ptr [r15 + 0xa0]
;;   mov r15, r11
;;   mov r14, qword ptr [r15 + 0x38]
;;   lea rsp, [rbp - 0x10]
;;   mov qword ptr [rsp], r12
;;   jmp qword ptr [rax + 0x20]
;; L6:
;;   mov r15, r11
;;   mov r14, qword ptr [r15 + 0x38]
;;   jmp L1
;;
;; indirect, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   stur x23, [x29, #-8]
;;   mov x9, x0
;;   ldr x16, [x23, #0x10]
;;   ldr x16, [x16]
;;   ldp x16, x17, [x16]
;;   cmp x9, x17
;;   b.hs L3
;;   ldr x8, [x16, x9, lsl #3]
;;   ldr x16, [x23, #0x28]
;;   ldr w16, [x16]
;;   cbz x8, L4
;;   ldr w17, [x8, #0x10]
;;   cmp w17, w16
;;   b.ne L4
;; L0:
;;   ldr x16, [x8, #8]
;;   ldr x8, [x8]
;;   cmp x16, x23
;;   b.ne L5
;; L1:
;;   ldp x11, x30, [x29]
;;   add sp, x29, #0x10
;;   mov x29, x11
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L3:
;;   movz w0, #0x7
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L4:
;;   ldr x17, [x23, #0x70]
;;   blr x17
;;   b L0
;; L5:
;;   cbz x16, L1
;;   ldp x11, x30, [x29]
;;   ldr x17, [x23, #0xa0]
;;   cmp x30, x17
;;   b.eq L6
;;   str x11, [x29]
;;   str x30, [x29, #8]
;;   stur x23, [x29, #-8]
;;   ldr x30, [x23, #0xa0]
;;   mov x23, x16
;;   ldr x22, [x23, #0x38]
;;   sub sp, x29, #0x10
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L6:
;;   mov x23, x16
;;   ldr x22, [x23, #0x38]
;;   b L1
;;
;; reference, graph
;; b0:
;;   v0:i64 = parameter
;;   return_call_ref i32:0x1 i64:0x2 v0    ;; 0x93
;;
;; reference, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L1
;;   mov qword ptr [rbp - 8], r15
;;   mov esi, 2
;;   mov eax, 1
;;   mov r11, rax
;;   mov rax, rdi
;;   mov rdi, r11
;;   test rax, rax
;;   je L2
;;   mov r11, qword ptr [rax + 8]
;;   mov rax, qword ptr [rax]
;;   cmp r11, r15
;;   jne L3
;; L0:
;;   mov rsp, rbp
;;   pop rbp
;;   jmp qword ptr [rax + 0x20]
;; L1:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;; L2:
;;   mov eax, 0xb
;;   call qword ptr [r15 + 0x60]
;; L3:
;;   test r11, r11
;;   je L0
;;   mov r12, qword ptr [rbp + 8]
;;   cmp r12, qword ptr [r15 + 0xa0]
;;   je L4
;;   mov r13, qword ptr [rbp]
;;   mov qword ptr [rbp + 8], r12
;;   mov qword ptr [rbp], r13
;;   mov qword ptr [rbp - 8], r15
;;   mov r12, qword ptr [r15 + 0xa0]
;;   mov r15, r11
;;   mov r14, qword ptr [r15 + 0x38]
;;   lea rsp, [rbp - 0x10]
;;   mov qword ptr [rsp], r12
;;   jmp qword ptr [rax + 0x20]
;; L4:
;;   mov r15, r11
;;   mov r14, qword ptr [r15 + 0x38]
;;   jmp L0
;;
;; reference, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L1
;;   stur x23, [x29, #-8]
;;   movz x1, #0x2
;;   movz w2, #0x1
;;   mov x9, x0
;;   mov x0, x2
;;   cbz x9, L2
;;   mov x8, x9
;;   ldr x16, [x8, #8]
;;   ldr x8, [x8]
;;   cmp x16, x23
;;   b.ne L3
;; L0:
;;   ldp x11, x30, [x29]
;;   add sp, x29, #0x10
;;   mov x29, x11
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L1:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L2:
;;   movz w0, #0xb
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L3:
;;   cbz x16, L0
;;   ldp x11, x30, [x29]
;;   ldr x17, [x23, #0xa0]
;;   cmp x30, x17
;;   b.eq L4
;;   str x11, [x29]
;;   str x30, [x29, #8]
;;   stur x23, [x29, #-8]
;;   ldr x30, [x23, #0xa0]
;;   mov x23, x16
;;   ldr x22, [x23, #0x38]
;;   sub sp, x29, #0x10
;;   ldr x16, [x8, #0x20]
;;   br x16
;; L4:
;;   mov x23, x16
;;   ldr x22, [x23, #0x38]
;;   b L0
