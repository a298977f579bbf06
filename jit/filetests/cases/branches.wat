;; Comparisons are taken over by the branches and selections that use them.
(module
  (func $smaller (param $a i32) (param $b i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $a) (local.get $b)) (then (local.get $a)) (else (local.get $b))))
  (func $selects (param $a i64) (param $b i64) (result i64)
    (select (local.get $a) (local.get $b) (i64.gt_u (local.get $a) (local.get $b))))
  (func $tests_bits (param $a i32) (result i32)
    (if (result i32) (i32.and (local.get $a) (i32.const 8)) (then (i32.const 1)) (else (i32.const 2))))
  (func $unordered (param $a f64) (param $b f64) (result i32)
    (if (result i32) (f64.lt (local.get $a) (local.get $b)) (then (i32.const 1)) (else (i32.const 2))))
  (func $truth (param $a f32) (param $b f32) (result i32)
    (f32.eq (local.get $a) (local.get $b)))
  (func $table (param $index i32) (result i32)
    (block $c (block $b (block $a (br_table $a $b $a $c (local.get $index)))
      (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30)))

;; --- compiled ---
;;
;; smaller, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = i32.lt_s v0 v1    ;; 0x3a
;;   branch v2    ;; 0x3b
;; b1: from b0 to b3 rare
;;   jump    ;; 0x3f
;; b2: from b0 to b3 rare
;;   jump    ;; 0x42
;; b3: from b1 b2
;;   v6:i32 = phi v0 v1    ;; 0x42
;;   return_ v6    ;; 0x43
;;
;; smaller, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cmp edi, esi
;;   jge L0
;;   mov rax, rdi
;;   jmp L1
;; L0:
;;   mov rax, rsi
;; L1:
;;   pop rbp
;;   ret
;;
;; smaller, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cmp w0, w1
;;   b.lt L0
;;   mov x0, x1
;; L0:
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; selects, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i32 = i64.gt_u v0 v1    ;; 0x4e
;;   v3:i64 = select v2 v0 v1    ;; 0x4f
;;   return_ v3    ;; 0x50
;;
;; selects, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cmp rdi, rsi
;;   cmova rsi, rdi
;;   mov rax, rsi
;;   pop rbp
;;   ret
;;
;; selects, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   cmp x0, x1
;;   csel x0, x0, x1, hi
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; tests_bits, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   v2:i32 = i32.and v0 i32:0x8    ;; 0x57
;;   branch v2    ;; 0x58
;; b1: from b0 to b3 rare
;;   jump    ;; 0x5c
;; b2: from b0 to b3 rare
;;   jump    ;; 0x5f
;; b3: from b1 b2
;;   v8:i32 = phi i32:0x1 i32:0x2 #0x2    ;; 0x5f
;;   return_ v8    ;; 0x60
;;
;; tests_bits, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   test edi, 8
;;   je L0
;;   mov eax, 1
;;   jmp L1
;; L0:
;;   mov eax, 2
;; L1:
;;   pop rbp
;;   ret
;;
;; tests_bits, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tbz w0, #3, L0
;;   movz w0, #0x1
;;   b L1
;; L0:
;;   movz w0, #0x2
;; L1:
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; unordered, graph
;; b0: to b1 b2
;;   v0:f64 = parameter
;;   v1:f64 = parameter #0x1
;;   v2:i32 = f64.lt v0 v1    ;; 0x67
;;   branch v2    ;; 0x68
;; b1: from b0 to b3 rare
;;   jump    ;; 0x6c
;; b2: from b0 to b3 rare
;;   jump    ;; 0x6f
;; b3: from b1 b2
;;   v8:i32 = phi i32:0x1 i32:0x2 #0x2    ;; 0x6f
;;   return_ v8    ;; 0x70
;;
;; unordered, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   ucomisd xmm1, xmm0
;;   jbe L0
;;   mov eax, 1
;;   jmp L1
;; L0:
;;   mov eax, 2
;; L1:
;;   pop rbp
;;   ret
;;
;; unordered, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fcmp d0, d1
;;   b.pl L0
;;   movz w0, #0x1
;;   b L1
;; L0:
;;   movz w0, #0x2
;; L1:
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; truth, graph
;; b0:
;;   v0:f32 = parameter
;;   v1:f32 = parameter #0x1
;;   v2:i32 = f32.eq v0 v1    ;; 0x77
;;   return_ v2    ;; 0x78
;;
;; truth, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   ucomiss xmm0, xmm1
;;   setnp al
;;   sete r11b
;;   and al, r11b
;;   movzx eax, al
;;   pop rbp
;;   ret
;;
;; truth, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   fcmp s0, s1
;;   cset w0, eq
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; table, graph
;; b0: to b1 b2 b3
;;   v0:i32 = parameter
;;   switch_ v0 #0x4    ;; 0x83
;; b1: from b0 to b4 rare
;;   jump    ;; 0x83
;; b2: from b0 to b5 rare
;;   jump    ;; 0x83
;; b3: from b0 to b6 rare
;;   jump    ;; 0x83
;; b4: from b1 rare
;;   return_ i32:0xa    ;; 0x8c
;; b5: from b2 rare
;;   return_ i32:0x14    ;; 0x90
;; b6: from b3 rare
;;   return_ i32:0x1e    ;; 0x94
;;
;; table, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cmp edi, 3
;;   jae L0
;;   lea rax, [data+2]
;;   movsxd r11, dword ptr [rax + rdi*4]
;;   add rax, r11
;;   jmp rax
;;   mov eax, 0xa
;;   pop rbp
;;   ret
;;   mov eax, 0x14
;;   pop rbp
;;   ret
;; L0:
;;   mov eax, 0x1e
;;   pop rbp
;;   ret
;;
;; table, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w16, #0x3
;;   cmp w0, w16
;;   b.hs L0
;;   adr x1, data+0
;;   ldrsw x16, [x1, x0, lsl #2]
;;   add x1, x1, x16
;;   br x1
;;   movz w0, #0xa
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;   movz w0, #0x14
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x1e
;;   ldp x29, x30, [sp], #0x10
;;   ret
