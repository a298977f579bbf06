;; Loops that count: addresses that cannot wrap around are part of the accesses, counters that begin with a negative
;; number begin with zero, and what leaves a loop stands behind it.
(module
  (memory 1)
  (func $sum_up_to_zero (param $sum f64) (result f64) (local $i i32)
    (local.set $i (i32.const -800))
    (loop $more
      (local.set $sum (f64.add (local.get $sum) (f64.load (i32.add (local.get $i) (i32.const 2000)))))
      (br_if $more (local.tee $i (i32.add (local.get $i) (i32.const 8)))))
    (local.get $sum))
  (func $sum_of_rows (param $sum i32) (result i32) (local $row i32) (local $i i32)
    (loop $rows
      (local.set $i (i32.const 0))
      (loop $more
        (local.set $sum (i32.add (local.get $sum)
          (i32.load (i32.add (i32.shl (i32.add (local.get $row) (local.get $i)) (i32.const 2)) (i32.const 1024)))))
        (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16))))
      (br_if $rows (i32.ne (local.tee $row (i32.add (local.get $row) (i32.const 16))) (i32.const 256))))
    (local.get $sum))
  (func $unknown_end (param $i i32) (param $end i32) (result i32) (local $sum i32)
    (loop $more
      (local.set $sum (i32.add (local.get $sum) (i32.load (i32.add (local.get $i) (i32.const 1024)))))
      (br_if $more (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $end))))
    (local.get $sum))
  (func $found (param $wanted i32) (result i32) (local $i i32)
    (loop $more
      (if (i32.eq (i32.load8_u (local.get $i)) (local.get $wanted))
        (then (i32.store (i32.const 8) (local.get $i)) (i32.store (i32.const 12) (local.get $wanted))
          (return (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 1000))))
    (i32.const -1)))

;; --- compiled ---
;;
;; sum_up_to_zero, graph
;; b0: to b1
;;   v0:f64 = parameter
;;   jump    ;; 0x34
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v4:f64 = phi v0 v9    ;; 0x34
;;   v5:i32 = phi i32:0x0 v11 #0x318    ;; 0x34
;;   v7:i32 = i32.add v5 i32:0x4b0    ;; 0x3d
;;   v8:f64 = f64.load v7    ;; 0x3e
;;   v9:f64 = f64.add v4 v8    ;; 0x41
;;   v11:i32 = i32.add v5 i32:0x8    ;; 0x48
;;   v19:i32 = i32.ne v11 i32:0x320    ;; 0x4b
;;   branch v19    ;; 0x4b
;; b2: from b1 to b1
;;   jump    ;; 0x4b
;; b3: from b1 to b4
;;   jump    ;; 0x4d
;; b4: from b3
;;   return_ v9    ;; 0x50
;;
;; sum_up_to_zero, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax + rax]
;; L0:
;;   addsd xmm0, qword ptr [r14 + rax + 0x4b0]
;;   add eax, 8
;;   cmp eax, 0x320
;;   jne L0
;;   pop rbp
;;   ret
;;
;; sum_up_to_zero, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w0, #0
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   add w1, w0, #0x4b0
;;   ldr d1, [x22, x1]
;;   fadd d0, d0, d1
;;   add w0, w0, #8
;;   cmp w0, #0x320
;;   b.ne L0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; sum_of_rows, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   jump    ;; 0x55
;; b1: from b0 b6 to b2 loop up to b6
;;   v3:i32 = phi v0 v15    ;; 0x55
;;   v4:i32 = phi i32:0x0 v23 #0xf0    ;; 0x55
;;   v5:i32 = phi i32:0x0 v17    ;; 0x55
;;   jump    ;; 0x5b
;; b2: from b1 b3 to b3 b4 loop up to b3
;;   v7:i32 = phi v3 v15    ;; 0x5b
;;   v8:i32 = phi i32:0x0 v17 #0xf    ;; 0x5b
;;   v9:i32 = i32.add v4 v8    ;; 0x63
;;   v11:i32 = i32.shl v9 i32:0x2    ;; 0x66
;;   v13:i32 = i32.add v11 i32:0x400    ;; 0x6a
;;   v14:i32 = i32.load v13    ;; 0x6b
;;   v15:i32 = i32.add v7 v14    ;; 0x6e
;;   v17:i32 = i32.add v8 i32:0x1    ;; 0x75
;;   v19:i32 = i32.lt_u v17 i32:0x10    ;; 0x7a
;;   branch v19    ;; 0x7b
;; b3: from b2 to b2
;;   jump    ;; 0x7b
;; b4: from b2 to b5
;;   jump    ;; 0x7d
;; b5: from b4 to b6 b7
;;   v23:i32 = i32.add v4 i32:0x10    ;; 0x82
;;   v25:i32 = i32.ne v23 i32:0x100    ;; 0x88
;;   branch v25    ;; 0x89
;; b6: from b5 to b1
;;   jump    ;; 0x89
;; b7: from b5 to b8
;;   jump    ;; 0x8b
;; b8: from b7
;;   return_ v15    ;; 0x8e
;;
;; sum_of_rows, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;; L0:
;;   xor ecx, ecx
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;; L1:
;;   lea edx, [rax + rcx]
;;   add edi, dword ptr [r14 + rdx*4 + 0x400]
;;   add ecx, 1
;;   cmp ecx, 0x10
;;   jb L1
;;   add eax, 0x10
;;   cmp eax, 0x100
;;   jne L0
;;   mov rax, rdi
;;   pop rbp
;;   ret
;;
;; sum_of_rows, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w1, #0
;; L0:
;;   movz w2, #0
;;   nop
;;   nop
;;   nop
;;   nop
;; L1:
;;   add w3, w1, w2
;;   lsl w3, w3, #2
;;   add w3, w3, #0x400
;;   ldr w3, [x22, x3]
;;   add w0, w0, w3
;;   add w2, w2, #1
;;   cmp w2, #0x10
;;   b.lo L1
;;   add w1, w1, #0x10
;;   cmp w1, #0x100
;;   b.ne L0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; unknown_end, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   jump    ;; 0x93
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v4:i32 = phi v0 v11    ;; 0x93
;;   v5:i32 = phi i32:0x0 v9    ;; 0x93
;;   v7:i32 = i32.add v4 i32:0x400    ;; 0x9c
;;   v8:i32 = i32.load v7    ;; 0x9d
;;   v9:i32 = i32.add v5 v8    ;; 0xa0
;;   v11:i32 = i32.add v4 i32:0x4    ;; 0xa7
;;   v12:i32 = i32.ne v11 v1    ;; 0xac
;;   branch v12    ;; 0xad
;; b2: from b1 to b1
;;   jump    ;; 0xad
;; b3: from b1 to b4
;;   jump    ;; 0xaf
;; b4: from b3
;;   return_ v9    ;; 0xb2
;;
;; unknown_end, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax + rax]
;; L0:
;;   lea ecx, [rdi + 0x400]
;;   add eax, dword ptr [r14 + rcx]
;;   add edi, 4
;;   cmp edi, esi
;;   jne L0
;;   pop rbp
;;   ret
;;
;; unknown_end, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w2, #0
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   add w3, w0, #0x400
;;   ldr w3, [x22, x3]
;;   add w2, w2, w3
;;   add w0, w0, #4
;;   cmp w0, w1
;;   b.ne L0
;;   mov x0, x2
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; found, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   jump    ;; 0xb7
;; b1: from b0 b4 to b5 b2 loop up to b4
;;   v3:i32 = phi i32:0x0 v14 #0x3e7    ;; 0xb7
;;   v4:i32 = i32.load8_u v3    ;; 0xbb
;;   v5:i32 = i32.eq v4 v0    ;; 0xc0
;;   branch v5    ;; 0xc1
;; b2: from b1 to b3
;;   jump    ;; 0xd4
;; b3: from b2 to b4 b6
;;   v14:i32 = i32.add v3 i32:0x1    ;; 0xd9
;;   v16:i32 = i32.lt_u v14 i32:0x3e8    ;; 0xe1
;;   branch v16    ;; 0xe2
;; b4: from b3 to b1
;;   jump    ;; 0xe2
;; b5: from b1 rare
;;   i32.store i32:0x8 v3    ;; 0xc7
;;   i32.store i32:0xc v0    ;; 0xce
;;   return_ v3    ;; 0xd3
;; b6: from b3 to b7 rare
;;   jump    ;; 0xe4
;; b7: from b6 rare
;;   return_ i32:0xffffffff    ;; 0xe7
;;
;; found, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax + rax]
;; L0:
;;   movzx ecx, byte ptr [r14 + rax]
;;   cmp ecx, edi
;;   je L1
;;   add eax, 1
;;   cmp eax, 0x3e8
;;   jb L0
;;   jmp L2
;; L1:
;;   mov dword ptr [r14 + 8], eax
;;   mov dword ptr [r14 + 0xc], edi
;;   pop rbp
;;   ret
;; L2:
;;   mov eax, 0xffffffff
;;   pop rbp
;;   ret
;;
;; found, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w1, #0
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   ldrb w2, [x22, x1]
;;   cmp w2, w0
;;   b.eq L1
;;   add w1, w1, #1
;;   cmp w1, #0x3e8
;;   b.lo L0
;;   b L2
;; L1:
;;   str w1, [x22, #8]
;;   str w0, [x22, #0xc]
;;   mov x0, x1
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movn w0, #0
;;   ldp x29, x30, [sp], #0x10
;;   ret
