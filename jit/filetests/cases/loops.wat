;; Loops: values that change stay in their registers from turn to turn.
(module
  (memory 1)
  (func $sum (param $from i32) (param $count i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $from))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (local.get $sum))
  (func $swaps (param $a i64) (param $b i64) (param $count i32) (result i64)
    (local $kept i64)
    (loop $next
      (local.set $kept (local.get $a))
      (local.set $a (local.get $b))
      (local.set $b (local.get $kept))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (i64.sub (local.get $a) (local.get $b))))

;; --- compiled ---
;;
;; sum, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   jump    ;; 0x2b
;; b1: from b0 b2 to b3 b2 loop up to b2
;;   v4:i32 = phi v0 v13    ;; 0x2b
;;   v5:i32 = phi v1 v16    ;; 0x2b
;;   v6:i32 = phi i32:0x0 v11    ;; 0x2b
;;   v7:i32 = i32.eqz v5    ;; 0x2f
;;   branch v7    ;; 0x30
;; b2: from b1 to b1
;;   v10:i32 = i32.load v4    ;; 0x36
;;   v11:i32 = i32.add v6 v10    ;; 0x39
;;   v13:i32 = i32.add v4 i32:0x4    ;; 0x40
;;   v16:i32 = i32.add v5 i32:0xffffffff    ;; 0x47
;;   jump    ;; 0x4a
;; b3: from b1 to b4
;;   jump    ;; 0x30
;; b4: from b3
;;   return_ v6    ;; 0x50
;;
;; sum, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax + rax]
;; L0:
;;   test esi, esi
;;   je L1
;;   mov ecx, dword ptr [r14 + rdi]
;;   add ecx, eax
;;   add edi, 4
;;   add esi, -1
;;   mov rax, rcx
;;   jmp L0
;; L1:
;;   pop rbp
;;   ret
;;
;; sum, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w2, #0
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   cbz w1, L1
;;   ldr w3, [x22, x0]
;;   add w2, w2, w3
;;   add w0, w0, #4
;;   sub w1, w1, #1
;;   b L0
;; L1:
;;   mov x0, x2
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; swaps, graph
;; b0: to b1
;;   v0:i64 = parameter
;;   v1:i64 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   jump    ;; 0x55
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v5:i64 = phi v0 v6    ;; 0x55
;;   v6:i64 = phi v1 v5    ;; 0x55
;;   v7:i32 = phi v2 v11    ;; 0x55
;;   v8:i64 = phi i64:0x0 v5    ;; 0x55
;;   v11:i32 = i32.add v7 i32:0xffffffff    ;; 0x67
;;   branch v11    ;; 0x6a
;; b2: from b1 to b1
;;   jump    ;; 0x6a
;; b3: from b1 to b4
;;   jump    ;; 0x6c
;; b4: from b3
;;   v15:i64 = i64.sub v6 v5    ;; 0x71
;;   return_ v15    ;; 0x72
;;
;; swaps, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop
;; L0:
;;   add edx, -1
;;   je L1
;;   mov r11, rsi
;;   mov rsi, rdi
;;   mov rdi, r11
;;   jmp L0
;; L1:
;;   sub rsi, rdi
;;   mov rax, rsi
;;   pop rbp
;;   ret
;;
;; swaps, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   sub w2, w2, #1
;;   cbz w2, L1
;;   mov x16, x1
;;   mov x1, x0
;;   mov x0, x16
;;   b L0
;; L1:
;;   sub x0, x1, x0
;;   ldp x29, x30, [sp], #0x10
;;   ret
