;; Calls: arguments go where the callee has them; what lives on is not in registers meanwhile.
(module
  (type $binary (func (param i32 i32) (result i32)))
  (import "host" "log" (func $log (param i32)))
  (table $functions 4 funcref)
  (global $depth (mut i32) (i32.const 0))
  (func $factorial (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else (i64.mul (local.get $n) (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
  (func $through_table (param $a i32) (param $b i32) (param $at i32) (result i32)
    (call_indirect $functions (type $binary) (local.get $a) (local.get $b) (local.get $at)))
  (func $of_host (param $a i32) (result i32)
    (call $log (local.get $a))
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (local.get $a))
  (func $many (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $many (local.get 7) (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1)
      (local.get 0))))

;; --- compiled ---
;;
;; factorial, graph
;; b0: to b1 b2
;;   v0:i64 = parameter
;;   v1:i32 = i64.eqz v0    ;; 0x5c
;;   branch v1    ;; 0x5d
;; b1: from b0 to b3 rare
;;   jump    ;; 0x61
;; b2: from b0 to b3 rare
;;   v6:i64 = i64.add v0 i64:0xffffffffffffffff    ;; 0x68
;;   v7:i64 = call v6 #0x1    ;; 0x69
;;   v8:i64 = i64.mul v0 v7    ;; 0x6b
;;   jump    ;; 0x6c
;; b3: from b1 b2
;;   v10:i64 = phi i64:0x1 v8    ;; 0x6c
;;   return_ v10    ;; 0x6d
;;
;; factorial, x86-64
;; L0:
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L3
;;   test rdi, rdi
;;   jne L1
;;   mov edi, 1
;;   mov rax, rdi
;;   jmp L2
;; L1:
;;   lea rax, [rdi - 1]
;;   mov qword ptr [rbp - 8], rdi
;;   mov rdi, rax
;;   call L0
;;   mov rdi, qword ptr [rbp - 8]
;;   imul rax, rdi
;; L2:
;;   leave
;;   ret
;; L3:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; factorial, aarch64
;; L0:
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L3
;;   cbnz x0, L1
;;   movz x0, #0x1
;;   b L2
;; L1:
;;   sub x1, x0, #1
;;   str x0, [sp]
;;   mov x0, x1
;;   bl L0
;;   ldr x1, [sp]
;;   mul x0, x1, x0
;; L2:
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L3:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; through_table, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   v3:i32 = call_indirect v0 v1 v2    ;; 0x76
;;   return_ v3    ;; 0x79
;;
;; through_table, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;;   mov qword ptr [rbp - 8], r15
;;   mov rax, rdx
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
;;   call qword ptr [rax + 0x20]
;; L1:
;;   leave
;;   ret
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
;;   je L6
;;   mov r15, r11
;;   mov r14, qword ptr [r15 + 0x38]
;; L6:
;;   call qword ptr [rax + 0x20]
;;   mov r15, qword ptr [rbp - 8]
;;   mov r14, qword ptr [r15 + 0x38]
;;   jmp L1
;;
;; through_table, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   stur x23, [x29, #-8]
;;   mov x9, x2
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
;;   ldr x16, [x8, #0x20]
;;   blr x16
;; L1:
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
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
;;   cbz x16, L6
;;   mov x23, x16
;;   ldr x22, [x23, #0x38]
;; L6:
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   ldur x23, [x29, #-8]
;;   ldr x22, [x23, #0x38]
;;   b L1
;;
;; of_host, graph
;; b0:
;;   v0:i32 = parameter
;;   call v0    ;; 0x7e
;;   v2:i32 = global_get    ;; 0x80
;;   v4:i32 = i32.add v2 i32:0x1    ;; 0x84
;;   global_set v4    ;; 0x85
;;   return_ v0    ;; 0x89
;;
;; of_host, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x10
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L1
;;   mov qword ptr [rbp - 8], r15
;;   mov qword ptr [rbp - 0x10], rdi
;;   mov rax, qword ptr [r15 + 0x18]
;;   mov rax, qword ptr [rax]
;;   mov r11, qword ptr [rax + 8]
;;   mov rax, qword ptr [rax]
;;   cmp r11, r15
;;   jne L2
;;   call qword ptr [rax + 0x20]
;; L0:
;;   mov r11, qword ptr [r15 + 8]
;;   mov r11, qword ptr [r11]
;;   mov rax, qword ptr [r11]
;;   add eax, 1
;;   mov r11, qword ptr [r15 + 8]
;;   mov r11, qword ptr [r11]
;;   mov qword ptr [r11], rax
;;   mov rax, qword ptr [rbp - 0x10]
;;   leave
;;   ret
;; L1:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;; L2:
;;   test r11, r11
;;   je L3
;;   mov r15, r11
;;   mov r14, qword ptr [r15 + 0x38]
;; L3:
;;   call qword ptr [rax + 0x20]
;;   mov r15, qword ptr [rbp - 8]
;;   mov r14, qword ptr [r15 + 0x38]
;;   jmp L0
;;
;; of_host, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L1
;;   stur x23, [x29, #-8]
;;   str x0, [sp]
;;   ldr x8, [x23, #0x18]
;;   ldr x8, [x8]
;;   ldr x16, [x8, #8]
;;   ldr x8, [x8]
;;   cmp x16, x23
;;   b.ne L2
;;   ldr x16, [x8, #0x20]
;;   blr x16
;; L0:
;;   ldr x16, [x23, #8]
;;   ldr x16, [x16]
;;   ldr x0, [x16]
;;   add w0, w0, #1
;;   ldr x16, [x23, #8]
;;   ldr x16, [x16]
;;   str x0, [x16]
;;   ldr x0, [sp]
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L2:
;;   cbz x16, L3
;;   mov x23, x16
;;   ldr x22, [x23, #0x38]
;; L3:
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   ldur x23, [x29, #-8]
;;   ldr x22, [x23, #0x38]
;;   b L0
;;
;; many, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   v3:i32 = parameter #0x3
;;   v4:i32 = parameter #0x4
;;   v5:i32 = parameter #0x5
;;   v6:i32 = parameter #0x6
;;   v7:i32 = parameter #0x7
;;   v8:i32 = call v7 v6 v5 v4 v3 v2 v1 v0 #0x4    ;; 0x9c
;;   return_ v8    ;; 0x9e
;;
;; many, x86-64
;; L0:
;;   push rbp
;;   mov rbp, rsp
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L1
;;   mov r11, r10
;;   mov r10, rdi
;;   mov rdi, r11
;;   mov r11, rbx
;;   mov rbx, rsi
;;   mov rsi, r11
;;   mov r11, r9
;;   mov r9, rdx
;;   mov rdx, r11
;;   mov r11, r8
;;   mov r8, rcx
;;   mov rcx, r11
;;   call L0
;;   pop rbp
;;   ret
;; L1:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; many, aarch64
;; L0:
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L1
;;   mov x16, x7
;;   mov x7, x0
;;   mov x0, x16
;;   mov x16, x6
;;   mov x6, x1
;;   mov x1, x16
;;   mov x16, x5
;;   mov x5, x2
;;   mov x2, x16
;;   mov x16, x4
;;   mov x4, x3
;;   mov x3, x16
;;   bl L0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
