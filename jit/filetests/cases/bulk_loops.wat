;; Loops that copy memory or fill it: a builtin does as many turns of them as are known to come.
(module
  (memory 1)
  (func $copies (param $to i32) (param $from i32) (param $count i32)
    (loop $more
      (i32.store (local.get $to) (i32.load (local.get $from)))
      (i32.store offset=4 (local.get $to) (i32.load offset=4 (local.get $from)))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (local.set $from (i32.add (local.get $from) (i32.const 8)))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func $copies_down (param $to i32) (param $from i32) (param $count i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (i32.store8 (i32.add (local.get $to) (local.get $count))
          (i32.load8_u (i32.add (local.get $from) (local.get $count))))
        (br $more))))
  (func $fills (param $at i32) (param $end i32) (param $value f64)
    (loop $more
      (f64.store (local.get $at) (local.get $value))
      (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end)))))
  (func $is_short (param $to i32) (param $count i32)
    (local.set $count (i32.and (local.get $count) (i32.const 7)))
    (loop $more
      (i32.store8 (local.get $to) (i32.const 1))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func $sums (param $to i32) (param $from i32) (param $count i32) (result i32) (local $sum i32)
    (loop $more
      (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $to))))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum)))

;; --- compiled ---
;;
;; copies, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   v22:i32 = i32.add v2 i32:0xffffffff    ;; 0x3f
;;   v26:i32 = i32.ge_u v22 i32:0x8    ;; 0x3f
;;   branch v26    ;; 0x3f
;; b1: from b0 to b3 rare
;;   v28:i64 = i64.extend_i32_u v22    ;; 0x3f
;;   v31:i64 = i64.shl v28 i64:0x3    ;; 0x3f
;;   v32:i64 = i64.extend_i32_u v1    ;; 0x3f
;;   v34:i64 = i64.extend_i32_u v0    ;; 0x3f
;;   v35:i32 = call_builtin v34 v32 v31 i64:0x0 #0x1    ;; 0x3f
;;   v36:i32 = select v35 v22 i32:0x0    ;; 0x3f
;;   v38:i32 = i32.shl v36 i32:0x3    ;; 0x3f
;;   v39:i32 = i32.add v0 v38    ;; 0x3f
;;   v40:i32 = i32.add v1 v38    ;; 0x3f
;;   v41:i32 = i32.sub v2 v36    ;; 0x3f
;;   jump    ;; 0x3f
;; b2: from b0 to b3 rare
;;   jump    ;; 0x3f
;; b3: from b1 b2 b4 to b4 b5 loop up to b4
;;   v4:i32 = phi v39 v0 v12    ;; 0x36
;;   v5:i32 = phi v40 v1 v13    ;; 0x36
;;   v6:i32 = phi v41 v2 v16    ;; 0x36
;;   v7:i32 = i32.load v5    ;; 0x3c
;;   i32.store v4 v7    ;; 0x3f
;;   v9:i32 = i32.load v5 #0x4    ;; 0x46
;;   i32.store v4 v9 #0x4    ;; 0x49
;;   v12:i32 = i32.add v4 i32:0x8    ;; 0x50
;;   v13:i32 = i32.add v5 i32:0x8    ;; 0x57
;;   v16:i32 = i32.add v6 i32:0xffffffff    ;; 0x5e
;;   branch v16    ;; 0x61
;; b4: from b3 to b3
;;   jump    ;; 0x61
;; b5: from b3 to b6
;;   jump    ;; 0x63
;; b6: from b5
;;   return_    ;; 0x64
;;
;; copies, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x20
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L1
;;   lea ecx, [rdx - 1]
;;   cmp ecx, 8
;;   jb L0
;;   mov rax, rcx
;;   shl rax, 3
;;   xor r8d, r8d
;;   mov qword ptr [rbp - 0x20], rdi
;;   mov qword ptr [rbp - 0x18], rsi
;;   mov qword ptr [rbp - 0x10], rdx
;;   mov rdx, rsi
;;   mov rsi, rdi
;;   mov qword ptr [rbp - 8], rcx
;;   mov rcx, rax
;;   mov rdi, r15
;;   mov r11, qword ptr [r15 + 0xa8]
;;   mov r11, qword ptr [r11 + 8]
;;   call qword ptr [r15 + 0x68]
;;   mov rdi, qword ptr [rbp - 0x20]
;;   mov rsi, qword ptr [rbp - 0x18]
;;   mov rdx, qword ptr [rbp - 0x10]
;;   mov rcx, qword ptr [rbp - 8]
;;   test eax, eax
;;   mov eax, 0
;;   cmovne rax, rcx
;;   mov rcx, rax
;;   shl ecx, 3
;;   add edi, ecx
;;   add esi, ecx
;;   sub edx, eax
;;   nop word ptr [rax + rax]
;; L0:
;;   mov eax, dword ptr [r14 + rsi]
;;   mov dword ptr [r14 + rdi], eax
;;   mov eax, dword ptr [r14 + rsi + 4]
;;   mov dword ptr [r14 + rdi + 4], eax
;;   add edi, 8
;;   add esi, 8
;;   add edx, -1
;;   jne L0
;;   leave
;;   ret
;; L1:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; copies, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x20
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   sub w3, w2, #1
;;   cmp w3, #8
;;   b.lo L0
;;   lsl x4, x3, #3
;;   movz x5, #0
;;   str x0, [sp]
;;   str x1, [sp, #8]
;;   str x2, [sp, #0x10]
;;   mov x2, x1
;;   mov x1, x0
;;   str x3, [sp, #0x18]
;;   mov x3, x4
;;   mov x4, x5
;;   mov x0, x23
;;   ldr x16, [x23, #0xa8]
;;   ldr x16, [x16, #8]
;;   ldr x17, [x23, #0x68]
;;   blr x17
;;   ldr x4, [sp]
;;   ldr x1, [sp, #8]
;;   ldr x2, [sp, #0x10]
;;   ldr x3, [sp, #0x18]
;;   cmp w0, #0
;;   csel w0, w3, wzr, ne
;;   lsl w3, w0, #3
;;   add w4, w4, w3
;;   add w1, w1, w3
;;   sub w2, w2, w0
;;   b L1
;; L0:
;;   mov x4, x0
;;   nop
;;   nop
;;   nop
;;   nop
;; L1:
;;   ldr w0, [x22, x1]
;;   str w0, [x22, x4]
;;   add x16, x22, x1
;;   ldr w0, [x16, #4]
;;   add x16, x22, x4
;;   str w0, [x16, #4]
;;   add w4, w4, #8
;;   add w1, w1, #8
;;   sub w2, w2, #1
;;   cbnz w2, L1
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; copies_down, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   v20:i32 = i32.ge_u v2 i32:0x40    ;; 0x84
;;   branch v20    ;; 0x84
;; b1: from b0 to b3 rare
;;   v22:i64 = i64.extend_i32_u v2    ;; 0x84
;;   v25:i32 = i32.add v2 i32:0xffffffff    ;; 0x84
;;   v26:i32 = i32.add v25 v1    ;; 0x84
;;   v27:i32 = i32.sub v26 v25    ;; 0x84
;;   v28:i64 = i64.extend_i32_u v27    ;; 0x84
;;   v31:i32 = i32.add v25 v0    ;; 0x84
;;   v32:i32 = i32.sub v31 v25    ;; 0x84
;;   v33:i64 = i64.extend_i32_u v32    ;; 0x84
;;   v34:i32 = call_builtin v33 v28 v22 i64:0x100000000 #0x1    ;; 0x84
;;   v35:i32 = select v34 v2 i32:0x0    ;; 0x84
;;   v36:i32 = i32.sub v2 v35    ;; 0x84
;;   jump    ;; 0x84
;; b2: from b0 to b3 rare
;;   jump    ;; 0x84
;; b3: from b1 b2 b4 to b5 b4 loop up to b4
;;   v4:i32 = phi v36 v2 v10    ;; 0x69
;;   v5:i32 = i32.eqz v4    ;; 0x6d
;;   branch v5    ;; 0x6e
;; b4: from b3 to b3
;;   v10:i32 = i32.add v4 i32:0xffffffff    ;; 0x74
;;   v11:i32 = i32.add v0 v10    ;; 0x7b
;;   v12:i32 = i32.add v1 v10    ;; 0x80
;;   v13:i32 = i32.load8_u v12    ;; 0x81
;;   i32.store8 v11 v13    ;; 0x84
;;   jump    ;; 0x87
;; b5: from b3 to b6
;;   jump    ;; 0x6e
;; b6: from b5
;;   return_    ;; 0x8b
;;
;; copies_down, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x18
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;;   cmp edx, 0x40
;;   jb L0
;;   lea eax, [rdx - 1]
;;   lea ecx, [rax + rsi]
;;   sub ecx, eax
;;   lea ebx, [rax + rdi]
;;   sub ebx, eax
;;   movabs r8, 0x100000000
;;   mov qword ptr [rbp - 0x10], rsi
;;   mov rsi, rbx
;;   mov qword ptr [rbp - 0x18], rdi
;;   mov qword ptr [rbp - 8], rdx
;;   mov r11, rcx
;;   mov rcx, rdx
;;   mov rdx, r11
;;   mov rdi, r15
;;   mov r11, qword ptr [r15 + 0xa8]
;;   mov r11, qword ptr [r11 + 8]
;;   call qword ptr [r15 + 0x68]
;;   mov rsi, qword ptr [rbp - 0x10]
;;   mov rdi, qword ptr [rbp - 0x18]
;;   mov rdx, qword ptr [rbp - 8]
;;   test eax, eax
;;   mov eax, 0
;;   cmovne rax, rdx
;;   sub edx, eax
;;   nop word ptr [rax + rax]
;;   nop
;; L0:
;;   test edx, edx
;;   je L1
;;   add edx, -1
;;   lea eax, [rdi + rdx]
;;   lea ecx, [rsi + rdx]
;;   movzx ecx, byte ptr [r14 + rcx]
;;   mov byte ptr [r14 + rax], cl
;;   jmp L0
;; L1:
;;   leave
;;   ret
;; L2:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; copies_down, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x20
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L3
;;   cmp w2, #0x40
;;   b.lo L0
;;   sub w3, w2, #1
;;   add w4, w3, w1
;;   sub w4, w4, w3
;;   add w5, w3, w0
;;   sub w3, w5, w3
;;   movz x5, #0x1, lsl #32
;;   str x1, [sp, #8]
;;   mov x1, x3
;;   mov x3, x2
;;   str x0, [sp]
;;   str x2, [sp, #0x10]
;;   mov x2, x4
;;   mov x4, x5
;;   mov x0, x23
;;   ldr x16, [x23, #0xa8]
;;   ldr x16, [x16, #8]
;;   ldr x17, [x23, #0x68]
;;   blr x17
;;   ldr x1, [sp, #8]
;;   ldr x3, [sp]
;;   ldr x2, [sp, #0x10]
;;   cmp w0, #0
;;   csel w0, w2, wzr, ne
;;   sub w2, w2, w0
;;   b L1
;; L0:
;;   mov x3, x0
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L1:
;;   cbz w2, L2
;;   sub w2, w2, #1
;;   add w0, w3, w2
;;   add w4, w1, w2
;;   ldrb w4, [x22, x4]
;;   strb w4, [x22, x0]
;;   b L1
;; L2:
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L3:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; fills, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:f64 = parameter #0x2
;;   v14:i32 = i32.add v0 i32:0x8    ;; 0x94
;;   v15:i32 = i32.sub v1 v14    ;; 0x94
;;   v17:i32 = i32.shr_u v15 i32:0x3    ;; 0x94
;;   v18:i32 = i32.ge_u v17 i32:0x8    ;; 0x94
;;   v19:i32 = i32.lt_u v14 v1    ;; 0x94
;;   v20:i32 = i32.and v19 v18    ;; 0x94
;;   branch v20    ;; 0x94
;; b1: from b0 to b3 rare
;;   v22:i64 = i64.extend_i32_u v17    ;; 0x94
;;   v25:i64 = i64.shl v22 i64:0x3    ;; 0x94
;;   v26:i64 = i64.reinterpret_f64 v2    ;; 0x94
;;   v29:i64 = i64.extend_i32_u v0    ;; 0x94
;;   v31:i32 = call_builtin v29 v26 v25 i64:0x800000000 #0x2    ;; 0x94
;;   v32:i32 = select v31 v17 i32:0x0    ;; 0x94
;;   v33:i32 = i32.shl v32 i32:0x3    ;; 0x94
;;   v34:i32 = i32.add v0 v33    ;; 0x94
;;   jump    ;; 0x94
;; b2: from b0 to b3 rare
;;   jump    ;; 0x94
;; b3: from b1 b2 b4 to b4 b5 loop up to b4
;;   v4:i32 = phi v34 v0 v7    ;; 0x8e
;;   f64.store v4 v2    ;; 0x94
;;   v7:i32 = i32.add v4 i32:0x8    ;; 0x9b
;;   v8:i32 = i32.lt_u v7 v1    ;; 0xa0
;;   branch v8    ;; 0xa1
;; b4: from b3 to b3
;;   jump    ;; 0xa1
;; b5: from b3 to b6
;;   jump    ;; 0xa3
;; b6: from b5
;;   return_    ;; 0xa4
;;
;; fills, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x20
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L1
;;   lea eax, [rdi + 8]
;;   mov rcx, rsi
;;   sub ecx, eax
;;   shr ecx, 3
;;   cmp ecx, 8
;;   setae dl
;;   movzx edx, dl
;;   cmp eax, esi
;;   setb al
;;   movzx eax, al
;;   test eax, edx
;;   je L0
;;   mov rax, rcx
;;   shl rax, 3
;;   movq rdx, xmm0
;;   movabs r8, 0x800000000
;;   mov qword ptr [rbp - 0x18], rsi
;;   mov rsi, rdi
;;   movsd qword ptr [rbp - 0x10], xmm0
;;   mov qword ptr [rbp - 0x20], rdi
;;   mov qword ptr [rbp - 8], rcx
;;   mov rcx, rax
;;   mov rdi, r15
;;   mov r11, qword ptr [r15 + 0xa8]
;;   mov r11, qword ptr [r11 + 0x10]
;;   call qword ptr [r15 + 0x68]
;;   mov rsi, qword ptr [rbp - 0x18]
;;   movsd xmm0, qword ptr [rbp - 0x10]
;;   mov rdi, qword ptr [rbp - 0x20]
;;   mov rcx, qword ptr [rbp - 8]
;;   test eax, eax
;;   mov eax, 0
;;   cmovne rax, rcx
;;   lea edi, [rdi + rax*8]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax]
;; L0:
;;   movsd qword ptr [r14 + rdi], xmm0
;;   add edi, 8
;;   cmp edi, esi
;;   jb L0
;;   leave
;;   ret
;; L1:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; fills, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x20
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   add w2, w0, #8
;;   sub w3, w1, w2
;;   lsr w3, w3, #3
;;   cmp w3, #8
;;   cset w4, hs
;;   cmp w2, w1
;;   cset w2, lo
;;   tst w2, w4
;;   b.eq L0
;;   lsl x2, x3, #3
;;   fmov x4, d0
;;   movz x5, #0x8, lsl #32
;;   str x1, [sp, #8]
;;   mov x1, x0
;;   str d0, [sp, #0x10]
;;   str x0, [sp]
;;   str x3, [sp, #0x18]
;;   mov x3, x2
;;   mov x2, x4
;;   mov x4, x5
;;   mov x0, x23
;;   ldr x16, [x23, #0xa8]
;;   ldr x16, [x16, #0x10]
;;   ldr x17, [x23, #0x68]
;;   blr x17
;;   ldr x1, [sp, #8]
;;   ldr d0, [sp, #0x10]
;;   ldr x2, [sp]
;;   ldr x3, [sp, #0x18]
;;   cmp w0, #0
;;   csel w0, w3, wzr, ne
;;   add w2, w2, w0, lsl #3
;;   b L1
;; L0:
;;   mov x2, x0
;; L1:
;;   str d0, [x22, x2]
;;   add w2, w2, #8
;;   cmp w2, w1
;;   b.lo L1
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; is_short, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v3:i32 = i32.and v1 i32:0x7    ;; 0xab
;;   jump    ;; 0xae
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v5:i32 = phi v0 v9    ;; 0xae
;;   v6:i32 = phi v3 v11    ;; 0xae
;;   i32.store8 v5 i32:0x1    ;; 0xb4
;;   v9:i32 = i32.add v5 i32:0x1    ;; 0xbb
;;   v11:i32 = i32.add v6 i32:0xffffffff    ;; 0xc2
;;   branch v11    ;; 0xc5
;; b2: from b1 to b1
;;   jump    ;; 0xc5
;; b3: from b1 to b4
;;   jump    ;; 0xc7
;; b4: from b3
;;   return_    ;; 0xc8
;;
;; is_short, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   and esi, 7
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax]
;; L0:
;;   mov byte ptr [r14 + rdi], 1
;;   add edi, 1
;;   add esi, -1
;;   jne L0
;;   pop rbp
;;   ret
;;
;; is_short, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   and w1, w1, #7
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   movz w2, #0x1
;;   strb w2, [x22, x0]
;;   add w0, w0, #1
;;   sub w1, w1, #1
;;   cbnz w1, L0
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; sums, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v2:i32 = parameter #0x2
;;   jump    ;; 0xcd
;; b1: from b0 b2 to b2 b3 loop up to b2
;;   v5:i32 = phi v0 v14    ;; 0xcd
;;   v6:i32 = phi v1 v15    ;; 0xcd
;;   v7:i32 = phi v2 v17    ;; 0xcd
;;   v8:i32 = phi i32:0x0 v12    ;; 0xcd
;;   v9:i32 = i32.load8_u v6    ;; 0xd3
;;   i32.store8 v5 v9    ;; 0xd6
;;   v11:i32 = i32.load8_u v5    ;; 0xdd
;;   v12:i32 = i32.add v8 v11    ;; 0xe0
;;   v14:i32 = i32.add v5 i32:0x1    ;; 0xe7
;;   v15:i32 = i32.add v6 i32:0x1    ;; 0xee
;;   v17:i32 = i32.add v7 i32:0xffffffff    ;; 0xf5
;;   branch v17    ;; 0xf8
;; b2: from b1 to b1
;;   jump    ;; 0xf8
;; b3: from b1 to b4
;;   jump    ;; 0xfa
;; b4: from b3
;;   return_ v12    ;; 0xfd
;;
;; sums, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   xor eax, eax
;;   nop word ptr [rax + rax]
;;   nop word ptr [rax + rax]
;;   nop dword ptr [rax + rax]
;; L0:
;;   movzx ecx, byte ptr [r14 + rsi]
;;   mov byte ptr [r14 + rdi], cl
;;   movzx ecx, byte ptr [r14 + rdi]
;;   add eax, ecx
;;   add edi, 1
;;   add esi, 1
;;   add edx, -1
;;   jne L0
;;   pop rbp
;;   ret
;;
;; sums, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movz w3, #0
;;   nop
;;   nop
;;   nop
;;   nop
;;   nop
;; L0:
;;   ldrb w4, [x22, x1]
;;   strb w4, [x22, x0]
;;   ldrb w4, [x22, x0]
;;   add w3, w3, w4
;;   add w0, w0, #1
;;   add w1, w1, #1
;;   sub w2, w2, #1
;;   cbnz w2, L0
;;   mov x0, x3
;;   ldp x29, x30, [sp], #0x10
;;   ret
