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
    (i64.sub (local.get $a) (local.get $b)))

  ;; What the loop needs again is not overwritten by the sum with it.
  (func $sums_with_base (param $base i32) (param $n i32) (result i32)
    (local $i i32) (local $x i32)
    (loop $l
      (local.set $x (i32.xor (local.get $x) (i32.add (local.get $base) (local.get $i))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $x))

  ;; A loop is aligned, but not one whose turns take long: padding in front of it would only be in the way.
  (func $calls (param $n i32) (result i32)
    (loop $l
      (drop (call $calls (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n)))

;; --- compiled ---
;;
;; sum, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   jump    ;; 0x33
;; b1: from b0 b2 to b3 b2 loop up to b2
;;   v4:i32 = phi v0 v13    ;; 0x33
;;   v5:i32 = phi v1 v16    ;; 0x33
;;   v6:i32 = phi i32:0x0 v11    ;; 0x33
;;   v7:i32 = i32.eqz v5    ;; 0x37
;;   branch v7    ;; 0x38
;; b2: from b1 to b1
;;   v10:i32 = i32.load v4    ;; 0x3e
;;   v11:i32 = i32.add v6 v10    ;; 0x41
;;   v13:i32 = i32.add v4 i32:0x4    ;; 0x48
;;   v16:i32 = i32.add v5 i32:0xffffffff    ;; 0x4f
;;   jump    ;; 0x52
;; b3: from b1 to b4
;;   jump    ;; 0x38
;; b4: from b3
;;   return_ v6    ;; 0x58
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
;;   jump    ;; 0x5d
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v5:i64 = phi v0 v6    ;; 0x5d
;;   v6:i64 = phi v1 v5    ;; 0x5d
;;   v7:i32 = phi v2 v11    ;; 0x5d
;;   v8:i64 = phi i64:0x0 v5    ;; 0x5d
;;   v11:i32 = i32.add v7 i32:0xffffffff    ;; 0x6f
;;   branch v11    ;; 0x72
;; b2: from b1 to b1
;;   jump    ;; 0x72
;; b3: from b1 to b4
;;   jump    ;; 0x74
;; b4: from b3
;;   v15:i64 = i64.sub v6 v5    ;; 0x79
;;   return_ v15    ;; 0x7a
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
;;
;; sums_with_base, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   jump    ;; 0x7f
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v4:i32 = phi i32:0x0 v9    ;; 0x7f
;;   v5:i32 = phi i32:0x0 v7    ;; 0x7f
;;   v6:i32 = i32.add v0 v4    ;; 0x87
;;   v7:i32 = i32.xor v5 v6    ;; 0x88
;;   v9:i32 = i32.add v4 i32:0x1    ;; 0x8f
;;   v10:i32 = i32.lt_u v9 v1    ;; 0x94
;;   branch v10    ;; 0x95
;; b2: from b1 to b1
;;   jump    ;; 0x95
;; b3: from b1 to b4
;;   jump    ;; 0x97
;; b4: from b3
;;   return_ v7    ;; 0x9a
;;
;; sums_with_base, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   mov rcx, rax
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax + rax]
;; L0:
;;   lea edx, [rdi + rax]
;;   xor ecx, edx
;;   add eax, 1
;;   cmp eax, esi
;;   jb L0
;;   mov rax, rcx
;;   pop rbp
;;   ret
;;
;; sums_with_base, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w2, #0
;;   mov x3, x2
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   add w4, w0, w2
;;   eor w3, w3, w4
;;   add w2, w2, #1
;;   cmp w2, w1
;;   b.lo L0
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; calls, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   jump    ;; 0x9d
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v2:i32 = phi v0 v6    ;; 0x9d
;;   v3:i32 = call v2 #0x3    ;; 0xa1
;;   v6:i32 = i32.add v2 i32:0xffffffff    ;; 0xa8
;;   branch v6    ;; 0xab
;; b2: from b1 to b1
;;   jump    ;; 0xab
;; b3: from b1 to b4
;;   jump    ;; 0xad
;; b4: from b3
;;   return_ v6    ;; 0xb0
;;
;; calls, x86-64
;; L0:
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;; L1:
;;   mov qword ptr [rbp - 8], rdi
;;   call L0
;;   mov rdi, qword ptr [rbp - 8]
;;   add edi, -1
;;   jne L1
;;   mov rax, rdi
;;   leave
;;   ret
;; L2:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; calls, aarch64
;; L0:
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;; L1:
;;   str x0, [sp]
;;   bl L0
;;   ldr x0, [sp]
;;   sub w0, w0, #1
;;   cbnz w0, L1
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
