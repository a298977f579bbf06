;; Heap objects: null checks by access, elements with their bounds, allocation from the free run.
(module
  (type $pair (struct (field $first (mut i32)) (field $second (mut i64))))
  (type $numbers (array (mut i32)))
  (func $get (param $of (ref null $pair)) (result i64) (struct.get $pair $second (local.get $of)))
  (func $set (param $of (ref $pair)) (param $value i32) (struct.set $pair $first (local.get $of) (local.get $value)))
  (func $element (param $of (ref $numbers)) (param $at i32) (result i32) (array.get $numbers (local.get $of) (local.get $at)))
  (func $made (param $a i32) (param $b i64) (result (ref $pair)) (struct.new $pair (local.get $a) (local.get $b)))
  (func $cast (param $of anyref) (result (ref $pair)) (ref.cast (ref $pair) (local.get $of)))
  (func $small (param $of i31ref) (result i32) (i31.get_s (local.get $of))))

;; --- compiled ---
;;
;; get, graph
;; b0:
;;   v0:i64 = parameter
;;   check_null v0 #0xd    ;; 0x49
;;   v2:i64 = element v0 #0x10    ;; 0x49
;;   v3:i64 = i64.load v2    ;; 0x49
;;   return_ v3    ;; 0x4d
;;
;; get, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test rdi, rdi
;;   je L0
;;   mov rax, qword ptr [rdi + 0x10]
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0xd
;;   call qword ptr [r15 + 0x60]
;;
;; get, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x0, L0
;;   ldr x0, [x0, #0x10]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0xd
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; set, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i32 = parameter #0x1
;;   check_null v0 #0xd    ;; 0x54
;;   v3:i64 = element v0 #0x8    ;; 0x54
;;   i32.store v3 v1    ;; 0x54
;;   return_    ;; 0x58
;;
;; set, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test rdi, rdi
;;   je L0
;;   mov dword ptr [rdi + 8], esi
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0xd
;;   call qword ptr [r15 + 0x60]
;;
;; set, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x0, L0
;;   str w1, [x0, #8]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0xd
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; element, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i32 = parameter #0x1
;;   check_null v0 #0xe    ;; 0x5f
;;   v3:i64 = element v0 #0x4    ;; 0x5f
;;   v4:i32 = i32.load v3    ;; 0x5f
;;   v5:i32 = i32.ge_u v1 v4    ;; 0x5f
;;   trap_if v5 #0x16    ;; 0x5f
;;   v7:i64 = element v0 v1 #0x8    ;; 0x5f
;;   v8:i32 = i32.load v7    ;; 0x5f
;;   return_ v8    ;; 0x62
;;
;; element, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test rdi, rdi
;;   je L0
;;   cmp esi, dword ptr [rdi + 4]
;;   jae L1
;;   mov eax, dword ptr [rdi + rsi*4 + 8]
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0xe
;;   call qword ptr [r15 + 0x60]
;; L1:
;;   mov eax, 0x16
;;   call qword ptr [r15 + 0x60]
;;
;; element, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x0, L0
;;   ldr w2, [x0, #4]
;;   cmp w1, w2
;;   b.hs L1
;;   add x0, x0, x1, lsl #2
;;   ldr w0, [x0, #8]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0xe
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L1:
;;   movz w0, #0x16
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; made, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i64 = instance_pointer #0x40    ;; 0x69
;;   v3:i64 = element v2 #0x50    ;; 0x69
;;   v4:i64 = i64.load v3    ;; 0x69
;;   v5:i64 = element v2 #0x58    ;; 0x69
;;   v6:i64 = i64.load v5    ;; 0x69
;;   v7:i32 = i64.eq v4 v6    ;; 0x69
;;   branch v7    ;; 0x69
;; b1: from b0 to b3 rare
;;   v18:i64 = call_builtin i64:0x0 #0xc    ;; 0x69
;;   jump    ;; 0x69
;; b2: from b0 to b3 rare
;;   v10:i64 = i64.add v4 i64:0x20    ;; 0x69
;;   v11:i64 = element v2 #0x50    ;; 0x69
;;   i64.store v11 v10    ;; 0x69
;;   v13:i64 = element v4    ;; 0x69
;;   v14:i32 = type_header    ;; 0x69
;;   v15:i64 = i64.extend_i32_u v14    ;; 0x69
;;   i64.store v13 v15    ;; 0x69
;;   jump    ;; 0x69
;; b3: from b2 b1
;;   v21:i64 = phi v4 v18    ;; 0x69
;;   v22:i64 = element v21 #0x10    ;; 0x69
;;   i64.store v22 v1    ;; 0x69
;;   v24:i64 = element v21 #0x8    ;; 0x69
;;   i32.store v24 v0    ;; 0x69
;;   return_ v21    ;; 0x6c
;;
;; made, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x10
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;;   mov rax, qword ptr [r15 + 0x40]
;;   mov rcx, qword ptr [rax + 0x50]
;;   cmp rcx, qword ptr [rax + 0x58]
;;   jne L0
;;   xor eax, eax
;;   mov qword ptr [rbp - 0x10], rdi
;;   mov qword ptr [rbp - 8], rsi
;;   mov rsi, rax
;;   mov rdi, r15
;;   mov r11, qword ptr [r15 + 0xa8]
;;   mov r11, qword ptr [r11 + 0x60]
;;   call qword ptr [r15 + 0x68]
;;   cmp rax, 0xff
;;   jbe L3
;;   mov rdi, qword ptr [rbp - 0x10]
;;   mov rsi, qword ptr [rbp - 8]
;;   jmp L1
;; L0:
;;   lea rdx, [rcx + 0x20]
;;   mov qword ptr [rax + 0x50], rdx
;;   mov rax, qword ptr [r15 + 0xb0]
;;   mov eax, dword ptr [rax]
;;   mov qword ptr [rcx], rax
;;   mov rax, rcx
;; L1:
;;   mov qword ptr [rax + 0x10], rsi
;;   mov dword ptr [rax + 8], edi
;;   leave
;;   ret
;; L2:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;; L3:
;;   call qword ptr [r15 + 0x60]
;;
;; made, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   ldr x2, [x23, #0x40]
;;   ldr x3, [x2, #0x50]
;;   ldr x4, [x2, #0x58]
;;   cmp x3, x4
;;   b.ne L0
;;   movz x2, #0
;;   str x0, [sp]
;;   str x1, [sp, #8]
;;   mov x1, x2
;;   mov x0, x23
;;   ldr x16, [x23, #0xa8]
;;   ldr x16, [x16, #0x60]
;;   ldr x17, [x23, #0x68]
;;   blr x17
;;   cmp x0, #0xff
;;   b.ls L3
;;   ldr x4, [sp]
;;   ldr x1, [sp, #8]
;;   b L1
;; L0:
;;   mov x4, x0
;;   add x0, x3, #0x20
;;   str x0, [x2, #0x50]
;;   ldr x16, [x23, #0xb0]
;;   ldr w0, [x16]
;;   str x0, [x3]
;;   mov x0, x3
;; L1:
;;   str x1, [x0, #0x10]
;;   str w4, [x0, #8]
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L3:
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; cast, graph
;; b0: to b1 b2
;;   v0:i64 = parameter
;;   v1:i32 = i64.eqz v0    ;; 0x71
;;   branch v1    ;; 0x71
;; b1: from b0 to b7 rare
;;   jump    ;; 0x71
;; b2: from b0 to b3 b4
;;   v3:i32 = i32.wrap_i64 v0    ;; 0x71
;;   v5:i32 = i32.and v3 i32:0x7    ;; 0x71
;;   branch v5    ;; 0x71
;; b3: from b2 to b7 rare
;;   jump    ;; 0x71
;; b4: from b2 to b5 b6
;;   v7:i64 = element v0    ;; 0x71
;;   v8:i32 = i32.load v7    ;; 0x71
;;   v9:i32 = type_header    ;; 0x71
;;   v10:i32 = i32.eq v8 v9    ;; 0x71
;;   branch v10    ;; 0x71
;; b5: from b4
;;   return_ v0    ;; 0x74
;; b6: from b4 to b7 rare
;;   jump    ;; 0x71
;; b7: from b1 b3 b6 rare
;;   trap #0x14    ;; 0x71
;;
;; cast, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test rdi, rdi
;;   je L0
;;   mov eax, edi
;;   test eax, 7
;;   jne L0
;;   mov eax, dword ptr [rdi]
;;   mov rcx, qword ptr [r15 + 0xb0]
;;   mov ecx, dword ptr [rcx]
;;   cmp eax, ecx
;;   jne L0
;;   mov rax, rdi
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x14
;;   call qword ptr [r15 + 0x60]
;;
;; cast, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x0, L0
;;   tst w0, #7
;;   b.ne L0
;;   ldr w1, [x0]
;;   ldr x16, [x23, #0xb0]
;;   ldr w2, [x16]
;;   cmp w1, w2
;;   b.ne L0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x14
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; small, graph
;; b0:
;;   v0:i64 = parameter
;;   check_null v0 #0xf    ;; 0x79
;;   v2:i32 = i32.wrap_i64 v0    ;; 0x79
;;   v4:i32 = i32.shr_s v2 i32:0x1    ;; 0x79
;;   return_ v4    ;; 0x7b
;;
;; small, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test rdi, rdi
;;   je L0
;;   mov eax, edi
;;   sar eax, 1
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0xf
;;   call qword ptr [r15 + 0x60]
;;
;; small, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x0, L0
;;   asr w0, w0, #1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0xf
;;   ldr x17, [x23, #0x60]
;;   blr x17
