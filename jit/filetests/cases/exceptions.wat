;; Calls in try blocks, and what their exceptions come to.
(module
  (tag $e (param i32 f64))
  (tag $none)
  (func $throws (param i32) (result i32)
    (if (local.get 0) (then (throw $e (local.get 0) (f64.const 1.5))))
    (if (i32.eqz (local.get 0)) (then (throw $none)))
    (i32.add (local.get 0) (call $throws (i32.sub (local.get 0) (i32.const 1)))))
  (func $catches (param i32) (result i32) (local i32)
    (block $h (result i32 f64)
      (block $all
        (try_table (catch $e $h) (catch_all $all)
          (local.set 1 (call $throws (local.get 0)))
          (local.set 1 (i32.add (local.get 1) (call $throws (local.get 1)))))
        (return (local.get 1)))
      (return (i32.const -1)))
    (drop)
    (i32.add (local.get 1)))
  (func $holds (param i32) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (drop (call $throws (local.get 0))))
      (ref.null exn)))
  (func $throws_again (param exnref) (throw_ref (local.get 0)))
)

;; --- compiled ---
;;
;; throws, graph
;; b0: to b1 b2
;;   v0:i32 = parameter
;;   branch v0    ;; 0x3b
;; b1: from b0 rare
;;   v3:i64 = instance_pointer #0x50    ;; 0x48
;;   v4:i64 = element v3 #0x18    ;; 0x48
;;   v5:i64 = i64.load v4    ;; 0x48
;;   v6:i64 = instance_pointer #0x20    ;; 0x48
;;   v8:i64 = i64.add v5 i64:0x10    ;; 0x48
;;   v9:i32 = i64.gt_u v8 v6    ;; 0x48
;;   trap_if v9 #0x19    ;; 0x48
;;   v11:i64 = i64.extend_i32_u v0    ;; 0x48
;;   v12:i64 = element v5    ;; 0x48
;;   i64.store v12 v11    ;; 0x48
;;   v14:i64 = element v5 #0x8    ;; 0x48
;;   f64.store v14 f64:0x3ff8000000000000    ;; 0x48
;;   throw_ i64:0x0 v5    ;; 0x48
;; b2: from b0 to b3
;;   jump    ;; 0x4a
;; b3: from b2 to b4 b5
;;   v19:i32 = i32.eqz v0    ;; 0x4d
;;   branch v19    ;; 0x4e
;; b4: from b3 rare
;;   v21:i64 = instance_pointer #0x50    ;; 0x50
;;   v22:i64 = element v21 #0x18    ;; 0x50
;;   v23:i64 = i64.load v22    ;; 0x50
;;   throw_ i64:0x1 v23    ;; 0x50
;; b5: from b3 to b6
;;   jump    ;; 0x52
;; b6: from b5
;;   v29:i32 = i32.add v0 i32:0xffffffff    ;; 0x59
;;   v30:i32 = call v29    ;; 0x5a
;;   v31:i32 = i32.add v0 v30    ;; 0x5c
;;   return_ v31    ;; 0x5d
;;
;; throws, x86-64
;; L0:
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L3
;;   mov qword ptr [rbp - 8], rdi
;;   test edi, edi
;;   je L1
;;   mov rax, qword ptr [r15 + 0x50]
;;   mov rdx, qword ptr [rax + 0x18]
;;   mov rax, qword ptr [r15 + 0x20]
;;   lea rcx, [rdx + 0x10]
;;   cmp rcx, rax
;;   ja L4
;;   mov qword ptr [rdx], rdi
;;   movsd xmm0, qword ptr [data+5]
;;   movsd qword ptr [rdx + 8], xmm0
;;   xor esi, esi
;;   call qword ptr [r15 + 0x80]
;; L1:
;;   test edi, edi
;;   jne L2
;;   mov rdi, qword ptr [r15 + 0x50]
;;   mov rdx, qword ptr [rdi + 0x18]
;;   mov esi, 1
;;   call qword ptr [r15 + 0x80]
;; L2:
;;   add edi, -1
;;   call L0
;;   add eax, dword ptr [rbp - 8]
;;   leave
;;   ret
;; L3:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;; L4:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; throws, aarch64
;; L0:
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L3
;;   str x0, [sp]
;;   cbz w0, L1
;;   ldr x1, [x23, #0x50]
;;   ldr x2, [x1, #0x18]
;;   ldr x1, [x23, #0x20]
;;   add x3, x2, #0x10
;;   cmp x3, x1
;;   b.hi L4
;;   str x0, [x2]
;;   fmov d0, #1.50000000
;;   str d0, [x2, #8]
;;   movz x1, #0
;;   ldr x17, [x23, #0x80]
;;   blr x17
;; L1:
;;   cbnz w0, L2
;;   ldr x0, [x23, #0x50]
;;   ldr x2, [x0, #0x18]
;;   movz x1, #0x1
;;   ldr x17, [x23, #0x80]
;;   blr x17
;; L2:
;;   sub w0, w0, #1
;;   bl L0
;;   ldr x1, [sp]
;;   add w0, w1, w0
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L3:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L4:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; catches, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   jump    ;; 0x66
;; b1: from b0 to b2 b5
;;   v3:i32 = call v0    ;; 0x70
;;   unwind    ;; 0x70
;; b2: from b1 to b3 b4 rare
;;   v5:i32 = call v3    ;; 0x78
;;   unwind    ;; 0x78
;; b3: from b2 to b9 rare
;;   v7:i32 = i32.add v3 v5    ;; 0x7a
;;   jump    ;; 0x7d
;; b4: from b2 to b6 rare
;;   jump    ;; 0x7d
;; b5: from b1 to b6 rare
;;   jump    ;; 0x7d
;; b6: from b5 b4 to b7 b8 rare
;;   v11:i32 = phi i32:0x0 v3    ;; 0x7d
;;   v12:i64 = instance_pointer #0x50    ;; 0x7d
;;   v13:i64 = element v12 #0x70    ;; 0x7d
;;   v14:i64 = i64.load v13    ;; 0x7d
;;   v15:i32 = i32.wrap_i64 v14    ;; 0x7d
;;   v16:i32 = i32.eqz v15    ;; 0x7d
;;   branch v16    ;; 0x7d
;; b7: from b6 to b11 rare
;;   v18:i64 = element v12 #0x78    ;; 0x7d
;;   v19:i64 = i64.load v18    ;; 0x7d
;;   v20:i64 = element v19    ;; 0x7d
;;   v21:i32 = i32.load v20    ;; 0x7d
;;   v22:i64 = element v19 #0x8    ;; 0x7d
;;   v23:f64 = f64.load v22    ;; 0x7d
;;   jump    ;; 0x7d
;; b8: from b6 to b10 rare
;;   jump    ;; 0x7d
;; b9: from b3 rare
;;   return_ v7    ;; 0x80
;; b10: from b8 rare
;;   return_ i32:0xffffffff    ;; 0x84
;; b11: from b7 rare
;;   v29:i32 = i32.add v21 v11    ;; 0x89
;;   return_ v29    ;; 0x8a
;;
;; catches, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 0x10
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L4
;;   mov qword ptr [rbp - 8], r15
;;   mov rax, qword ptr [r15 + 0x48]
;;   call qword ptr [rax + 0x20]
;;   mov qword ptr [rbp - 0x10], rax
;;   mov rdi, rax
;;   mov rax, qword ptr [r15 + 0x48]
;;   call qword ptr [rax + 0x20]
;;   mov rcx, rax
;;   mov rax, qword ptr [rbp - 0x10]
;;   add ecx, eax
;;   jmp L1
;;   mov rax, qword ptr [rbp - 0x10]
;;   jmp L0
;;   xor eax, eax
;; L0:
;;   mov rcx, qword ptr [r15 + 0x50]
;;   mov rdx, qword ptr [rcx + 0x70]
;;   mov edx, edx
;;   test edx, edx
;;   jne L2
;;   mov rcx, qword ptr [rcx + 0x78]
;;   mov edx, dword ptr [rcx]
;;   movsd xmm0, qword ptr [rcx + 8]
;;   jmp L3
;; L1:
;;   mov rax, rcx
;;   leave
;;   ret
;; L2:
;;   mov eax, 0xffffffff
;;   leave
;;   ret
;; L3:
;;   add edx, eax
;;   mov rax, rdx
;;   leave
;;   ret
;; L4:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; catches, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L4
;;   stur x23, [x29, #-8]
;;   ldr x8, [x23, #0x48]
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   str x0, [sp]
;;   ldr x8, [x23, #0x48]
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   ldr x1, [sp]
;;   add w0, w1, w0
;;   b L1
;;   ldr x1, [sp]
;;   b L0
;;   movz w1, #0
;; L0:
;;   ldr x0, [x23, #0x50]
;;   ldr x2, [x0, #0x70]
;;   cbnz w2, L2
;;   ldr x0, [x0, #0x78]
;;   ldr w2, [x0]
;;   ldr d0, [x0, #8]
;;   b L3
;; L1:
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movn w0, #0
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L3:
;;   add w0, w2, w1
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L4:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; holds, graph
;; b0: to b1
;;   v0:i32 = parameter
;;   jump    ;; 0x8f
;; b1: from b0 to b2 b3
;;   v2:i32 = call v0    ;; 0x96
;;   unwind    ;; 0x96
;; b2: from b1 to b5 rare
;;   jump    ;; 0x99
;; b3: from b1 to b4 rare
;;   jump    ;; 0x99
;; b4: from b3 to b6 rare
;;   v6:i64 = instance_pointer #0x50    ;; 0x99
;;   v7:i64 = element v6 #0x70    ;; 0x99
;;   v8:i64 = i64.load v7    ;; 0x99
;;   v9:i32 = i32.wrap_i64 v8    ;; 0x99
;;   v10:i64 = element v6 #0x80    ;; 0x99
;;   v11:i64 = i64.load v10    ;; 0x99
;;   jump    ;; 0x99
;; b5: from b2 to b6 rare
;;   jump    ;; 0x9c
;; b6: from b4 b5
;;   v15:i64 = phi v11 i64:0x0    ;; 0x9c
;;   return_ v15    ;; 0x9d
;;
;; holds, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L2
;;   mov qword ptr [rbp - 8], r15
;;   mov rax, qword ptr [r15 + 0x48]
;;   call qword ptr [rax + 0x20]
;;   jmp L0
;;   mov rax, qword ptr [r15 + 0x50]
;;   mov rcx, qword ptr [rax + 0x70]
;;   mov rax, qword ptr [rax + 0x80]
;;   jmp L1
;; L0:
;;   xor eax, eax
;; L1:
;;   leave
;;   ret
;; L2:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; holds, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L2
;;   stur x23, [x29, #-8]
;;   ldr x8, [x23, #0x48]
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   b L0
;;   ldr x0, [x23, #0x50]
;;   ldr x1, [x0, #0x70]
;;   ldr x0, [x0, #0x80]
;;   b L1
;; L0:
;;   movz x0, #0
;; L1:
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L2:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; throws_again, graph
;; b0: rare
;;   v0:i64 = parameter
;;   check_null v0 #0xc    ;; 0xa2
;;   throw_ v0 i64:0x0    ;; 0xa2
;;
;; throws_again, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L0
;;   test rdi, rdi
;;   je L1
;;   xor edx, edx
;;   mov rsi, rdi
;;   call qword ptr [r15 + 0x80]
;; L0:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;; L1:
;;   mov eax, 0xc
;;   call qword ptr [r15 + 0x60]
;;
;; throws_again, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L0
;;   cbz x0, L1
;;   movz x2, #0
;;   mov x1, x0
;;   ldr x17, [x23, #0x80]
;;   blr x17
;; L0:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;; L1:
;;   movz w0, #0xc
;;   ldr x17, [x23, #0x60]
;;   blr x17
