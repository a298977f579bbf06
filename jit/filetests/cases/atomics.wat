;; Atomic accesses, in guarded and in checked memories.
(module
  (memory 1 1 shared)
  (memory $wide i64 1 1 shared)
  (func $load (param i32) (result i64)
    (i64.add (i64.atomic.load offset=8 (local.get 0)) (i64.atomic.load8_u (local.get 0))))
  (func $store (param i32 i64) (i64.atomic.store16 (local.get 0) (local.get 1)))
  (func $add (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func $sub (param i32 i32) (result i32) (i32.atomic.rmw8.sub_u (local.get 0) (local.get 1)))
  (func $xor (param i32 i64) (result i64) (i64.atomic.rmw.xor offset=16 (local.get 0) (local.get 1)))
  (func $exchange (param i32 i64) (result i64) (i64.atomic.rmw32.xchg_u (local.get 0) (local.get 1)))
  (func $compare (param i32 i32 i32) (result i32)
    (i32.atomic.rmw16.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))
  (func $checked (param i64 i32) (result i32) (i32.atomic.rmw.and $wide offset=4 (local.get 0) (local.get 1)))
  (func $fence (atomic.fence))
)

;; --- compiled ---
;;
;; load, graph
;; b0:
;;   v0:i32 = parameter
;;   v3:i32 = i32.and v0 i32:0x7    ;; 0x4d
;;   trap_if v3 #0x17    ;; 0x4d
;;   v5:i64 = i64.atomic.load v0 #0x8    ;; 0x4d
;;   v6:i64 = i64.atomic.load8_u v0    ;; 0x53
;;   v7:i64 = i64.add v5 v6    ;; 0x57
;;   return_ v7    ;; 0x58
;;
;; load, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 7
;;   jne L0
;;   mov rax, qword ptr [r14 + rdi + 8]
;;   movzx ecx, byte ptr [r14 + rdi]
;;   add rax, rcx
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;;
;; load, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #7
;;   b.ne L0
;;   movz x16, #0x8
;;   add x16, x16, x0
;;   add x16, x16, x22
;;   ldar x1, [x16]
;;   add x16, x22, x0
;;   ldarb w0, [x16]
;;   add x0, x1, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; store, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   v4:i32 = i32.and v0 i32:0x1    ;; 0x5f
;;   trap_if v4 #0x17    ;; 0x5f
;;   i64.atomic.store16 v0 v1    ;; 0x5f
;;   return_    ;; 0x63
;;
;; store, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 1
;;   jne L0
;;   xchg word ptr [r14 + rdi], si
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;;
;; store, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #1
;;   b.ne L0
;;   add x16, x22, x0
;;   stlrh w1, [x16]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; add, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v4:i32 = i32.and v0 i32:0x3    ;; 0x6a
;;   trap_if v4 #0x17    ;; 0x6a
;;   v6:i32 = i32.atomic.rmw.add v0 v1    ;; 0x6a
;;   return_ v6    ;; 0x6e
;;
;; add, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 3
;;   jne L0
;;   lock xadd dword ptr [r14 + rdi], esi
;;   mov rax, rsi
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;;
;; add, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #3
;;   b.ne L1
;;   add x16, x22, x0
;; L0:
;;   ldaxr w3, [x16]
;;   add w2, w3, w1
;;   stlxr w17, w2, [x16]
;;   cbnz w17, L0
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; sub, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v3:i32 = i32.sub i32:0x0 v1    ;; 0x75
;;   v4:i32 = i32.atomic.rmw8.sub_u v0 v3    ;; 0x75
;;   return_ v4    ;; 0x79
;;
;; sub, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   sub eax, esi
;;   lock xadd byte ptr [r14 + rdi], al
;;   movzx eax, al
;;   pop rbp
;;   ret
;;
;; sub, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   neg w1, w1
;;   add x16, x22, x0
;; L0:
;;   ldaxrb w3, [x16]
;;   add w2, w3, w1
;;   stlxrb w17, w2, [x16]
;;   cbnz w17, L0
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; xor, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   v4:i32 = i32.and v0 i32:0x7    ;; 0x80
;;   trap_if v4 #0x17    ;; 0x80
;;   v6:i64 = i64.atomic.rmw.xor v0 v1 #0x10    ;; 0x80
;;   return_ v6    ;; 0x84
;;
;; xor, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 7
;;   jne L1
;;   mov rax, qword ptr [r14 + rdi + 0x10]
;; L0:
;;   mov rcx, rax
;;   xor rcx, rsi
;;   lock cmpxchg qword ptr [r14 + rdi + 0x10], rcx
;;   jne L0
;;   pop rbp
;;   ret
;; L1:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;;
;; xor, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #7
;;   b.ne L1
;;   movz x16, #0x10
;;   add x16, x16, x0
;;   add x16, x16, x22
;; L0:
;;   ldaxr x3, [x16]
;;   eor x2, x3, x1
;;   stlxr w17, x2, [x16]
;;   cbnz w17, L0
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; exchange, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   v4:i32 = i32.and v0 i32:0x3    ;; 0x8b
;;   trap_if v4 #0x17    ;; 0x8b
;;   v6:i64 = i64.atomic.rmw32.xchg_u v0 v1    ;; 0x8b
;;   return_ v6    ;; 0x8f
;;
;; exchange, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 3
;;   jne L0
;;   xchg dword ptr [r14 + rdi], esi
;;   mov rax, rsi
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;;
;; exchange, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #3
;;   b.ne L1
;;   add x16, x22, x0
;; L0:
;;   ldaxr w2, [x16]
;;   stlxr w17, w1, [x16]
;;   cbnz w17, L0
;;   mov x0, x2
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; compare, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   v5:i32 = i32.and v0 i32:0x1    ;; 0x98
;;   trap_if v5 #0x17    ;; 0x98
;;   v7:i32 = i32.atomic.rmw16.cmpxchg_u v0 v1 v2    ;; 0x98
;;   return_ v7    ;; 0x9c
;;
;; compare, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 1
;;   jne L0
;;   mov rax, rsi
;;   lock cmpxchg word ptr [r14 + rdi], dx
;;   movzx eax, ax
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;;
;; compare, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #1
;;   b.ne L2
;;   add x16, x22, x0
;; L0:
;;   ldaxrh w3, [x16]
;;   cmp w3, w1, uxth
;;   b.ne L1
;;   stlxrh w17, w2, [x16]
;;   cbnz w17, L0
;; L1:
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; checked, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = i32.wrap_i64 v0    ;; 0xa3
;;   v5:i32 = i32.and v2 i32:0x3    ;; 0xa3
;;   trap_if v5 #0x17    ;; 0xa3
;;   v7:i64 = i32.atomic.rmw.and v0 #0x4    ;; 0xa3
;;   v8:i32 = i32.atomic.rmw.and v7 v1 #0x4    ;; 0xa3
;;   return_ v8    ;; 0xa8
;;
;; checked, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov eax, edi
;;   test eax, 3
;;   jne L1
;;   mov rcx, 8
;;   add rcx, rdi
;;   jb L2
;;   mov r11, qword ptr [r15]
;;   mov r11, qword ptr [r11 + 8]
;;   cmp rcx, qword ptr [r11 + 8]
;;   ja L2
;;   add rcx, qword ptr [r11]
;;   mov eax, dword ptr [rcx - 4]
;; L0:
;;   mov rdx, rax
;;   and edx, esi
;;   lock cmpxchg dword ptr [rcx - 4], edx
;;   jne L0
;;   pop rbp
;;   ret
;; L1:
;;   mov eax, 0x17
;;   call qword ptr [r15 + 0x60]
;; L2:
;;   mov eax, 5
;;   call qword ptr [r15 + 0x60]
;;
;; checked, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tst w0, #3
;;   b.ne L1
;;   adds x2, x0, #8
;;   b.hs L2
;;   ldr x16, [x23]
;;   ldr x16, [x16, #8]
;;   ldp x16, x17, [x16]
;;   cmp x2, x17
;;   b.hi L2
;;   add x2, x2, x16
;;   movn x16, #0x3
;;   add x16, x16, x2
;; L0:
;;   ldaxr w3, [x16]
;;   and w0, w3, w1
;;   stlxr w17, w0, [x16]
;;   cbnz w17, L0
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x17
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L2:
;;   movz w0, #0x5
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; fence, graph
;; b0:
;;   atomic.fence    ;; 0xab
;;   return_    ;; 0xae
;;
;; fence, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mfence
;;   pop rbp
;;   ret
;;
;; fence, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   dmb ish
;;   ldp x29, x30, [sp], #0x10
;;   ret
