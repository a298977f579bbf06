;; What is known of memory, globals and objects: what was written is not read again, unless something may have been
;; written to the same place since.
(module
  (type $pair (struct (field $a (mut i32)) (field $b (mut i64))))
  (memory 1)
  (global $g (mut i32) (i32.const 0))
  (func $memory (param $p i32) (param $q i32) (result i32)
    (i32.store (local.get $p) (i32.const 7))
    (i32.store offset=4 (local.get $p) (local.get $q))
    (i32.add (i32.load (local.get $p)) (i32.load offset=4 (local.get $p))))
  (func $other_address (param $p i32) (param $q i32) (result i32)
    (i32.store (local.get $p) (i32.const 7))
    (i32.store (local.get $q) (i32.const 8))
    (i32.load (local.get $p)))
  (func $global (result i32)
    (global.set $g (i32.add (global.get $g) (i32.const 1)))
    (global.get $g))
  (func $fields (param $x (ref $pair)) (param $y (ref $pair)) (result i64)
    (struct.set $pair $b (local.get $y) (i64.const 3))
    (i64.add
      (i64.extend_i32_u (i32.add (struct.get $pair $a (local.get $x)) (struct.get $pair $a (local.get $x))))
      (i64.add (struct.get $pair $b (local.get $x)) (struct.get $pair $b (local.get $y))))))

;; --- compiled ---
;;
;; memory, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   i32.store v0 i32:0x7    ;; 0x40
;;   i32.store v0 v1 #0x4    ;; 0x47
;;   v5:i32 = i32.add v1 i32:0x7    ;; 0x54
;;   return_ v5    ;; 0x55
;;
;; memory, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov dword ptr [r14 + rdi], 7
;;   mov dword ptr [r14 + rdi + 4], esi
;;   lea eax, [rsi + 7]
;;   pop rbp
;;   ret
;;
;; memory, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w2, #0x7
;;   str w2, [x22, x0]
;;   add x16, x22, x0
;;   str w1, [x16, #4]
;;   add w0, w1, #7
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; other_address, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   i32.store v0 i32:0x7    ;; 0x5c
;;   i32.store v1 i32:0x8    ;; 0x63
;;   v6:i32 = i32.load v0    ;; 0x68
;;   return_ v6    ;; 0x6b
;;
;; other_address, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov dword ptr [r14 + rdi], 7
;;   mov dword ptr [r14 + rsi], 8
;;   mov eax, dword ptr [r14 + rdi]
;;   pop rbp
;;   ret
;;
;; other_address, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w2, #0x7
;;   str w2, [x22, x0]
;;   movz w2, #0x8
;;   str w2, [x22, x1]
;;   ldr w0, [x22, x0]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; global, graph
;; b0:
;;   v0:i32 = global_get    ;; 0x6e
;;   v2:i32 = i32.add v0 i32:0x1    ;; 0x72
;;   global_set v2    ;; 0x73
;;   return_ v2    ;; 0x77
;;
;; global, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov r11, qword ptr [r15 + 8]
;;   mov r11, qword ptr [r11]
;;   mov rax, qword ptr [r11]
;;   add eax, 1
;;   mov r11, qword ptr [r15 + 8]
;;   mov r11, qword ptr [r11]
;;   mov qword ptr [r11], rax
;;   pop rbp
;;   ret
;;
;; global, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr x16, [x23, #8]
;;   ldr x16, [x16]
;;   ldr x0, [x16]
;;   add w0, w0, #1
;;   ldr x16, [x23, #8]
;;   ldr x16, [x16]
;;   str x0, [x16]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; fields, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i64 = parameter #0x1
;;   check_null v1 #0xd    ;; 0x7e
;;   v4:i64 = element v1 #0x10    ;; 0x7e
;;   i64.store v4 i64:0x3    ;; 0x7e
;;   check_null v0 #0xd    ;; 0x84
;;   v7:i64 = element v0 #0x8    ;; 0x84
;;   v8:i32 = i32.load v7    ;; 0x84
;;   v9:i32 = i32.add v8 v8    ;; 0x8e
;;   v10:i64 = i64.extend_i32_u v9    ;; 0x8f
;;   v11:i64 = element v0 #0x10    ;; 0x92
;;   v12:i64 = i64.load v11    ;; 0x92
;;   v13:i64 = i64.add v12 i64:0x3    ;; 0x9c
;;   v14:i64 = i64.add v10 v13    ;; 0x9d
;;   return_ v14    ;; 0x9e
;;
;; fields, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test rsi, rsi
;;   je L0
;;   mov qword ptr [rsi + 0x10], 3
;;   test rdi, rdi
;;   je L1
;;   mov eax, dword ptr [rdi + 8]
;;   add eax, eax
;;   mov rcx, qword ptr [rdi + 0x10]
;;   lea rax, [rax + rcx + 3]
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0xd
;;   call qword ptr [r15 + 0x60]
;; L1:
;;   mov eax, 0xd
;;   call qword ptr [r15 + 0x60]
;;
;; fields, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cbz x1, L0
;;   movz x2, #0x3
;;   str x2, [x1, #0x10]
;;   cbz x0, L1
;;   ldr w1, [x0, #8]
;;   add w1, w1, w1
;;   ldr x0, [x0, #0x10]
;;   add x0, x0, #3
;;   add x0, x1, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0xd
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L1:
;;   movz w0, #0xd
;;   ldr x17, [x23, #0x60]
;;   blr x17
