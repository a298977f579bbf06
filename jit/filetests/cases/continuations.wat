;; Continuations: calls of functions that are one instruction; how one came back decides where control goes on.
(module
  (type $f (func (param i64) (result i64))) (type $k (cont $f))
  (tag $yield (param i32) (result i64))
  (elem declare func $generator)
  (func $generator (type $f) (i64.add (local.get 0) (suspend $yield (i32.const 5))))
  (func $first (param $x i64) (result i64)
    (block $yielded (result i32 (ref $k))
      (return (resume $k (on $yield $yielded) (local.get $x) (cont.new $k (ref.func $generator)))))
    (drop)
    (i64.extend_i32_s)))

;; --- compiled ---
;;
;; generator, graph
;; b0:
;;   v0:i64 = parameter
;;   v2:i64 = call i32:0x5 #0x3    ;; 0x37
;;   v3:i64 = i64.add v0 v2    ;; 0x39
;;   return_ v3    ;; 0x3a
;;
;; generator, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L0
;;   mov qword ptr [rbp - 8], rdi
;;   mov edi, 5
;;   mov rax, qword ptr [r15 + 0x48]
;;   add rax, 0x90
;;   call qword ptr [rax + 0x20]
;;   mov rdi, qword ptr [rbp - 8]
;;   add rdi, rax
;;   mov rax, rdi
;;   leave
;;   ret
;; L0:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; generator, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L0
;;   str x0, [sp]
;;   movz w0, #0x5
;;   ldr x8, [x23, #0x48]
;;   add x8, x8, #0x90
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   ldr x1, [sp]
;;   add x0, x1, x0
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
;;
;; first, graph
;; b0: to b1 b2
;;   v0:i64 = parameter
;;   v1:i64 = instance_pointer #0x18    ;; 0x41
;;   v2:i64 = element v1    ;; 0x41
;;   v3:i64 = i64.load v2    ;; 0x41
;;   v4:i64 = call v3 #0x2    ;; 0x43
;;   v5:i32 = call v0 v4 #0x4    ;; 0x45
;;   v6:i64 = result v5 #0x1    ;; 0x45
;;   v7:i32 = result v5 #0x2    ;; 0x45
;;   v8:i64 = result v5 #0x3    ;; 0x45
;;   v10:i32 = i32.eq v5 i32:0x1    ;; 0x45
;;   branch v10    ;; 0x45
;; b1: from b0 to b3 rare
;;   jump    ;; 0x45
;; b2: from b0 rare
;;   return_ v6    ;; 0x4b
;; b3: from b1 rare
;;   v14:i64 = i64.extend_i32_s v7    ;; 0x4e
;;   return_ v14    ;; 0x4f
;;
;; first, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   sub rsp, 8
;;   cmp rsp, qword ptr [r15 + 0x58]
;;   jb L1
;;   mov qword ptr [rbp - 8], rdi
;;   mov rax, qword ptr [r15 + 0x18]
;;   mov rdi, qword ptr [rax]
;;   mov rax, qword ptr [r15 + 0x48]
;;   add rax, 0x60
;;   call qword ptr [rax + 0x20]
;;   mov rdi, qword ptr [rbp - 8]
;;   mov rsi, rax
;;   mov rax, qword ptr [r15 + 0x48]
;;   add rax, 0xc0
;;   call qword ptr [rax + 0x20]
;;   cmp eax, 1
;;   je L0
;;   mov rax, rdx
;;   leave
;;   ret
;; L0:
;;   movsxd rax, ecx
;;   leave
;;   ret
;; L1:
;;   mov eax, 0x19
;;   call qword ptr [r15 + 0x60]
;;
;; first, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   sub sp, sp, #0x10
;;   ldr x16, [x23, #0x58]
;;   cmp sp, x16
;;   b.lo L1
;;   str x0, [sp]
;;   ldr x0, [x23, #0x18]
;;   ldr x0, [x0]
;;   ldr x8, [x23, #0x48]
;;   add x8, x8, #0x60
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   mov x1, x0
;;   ldr x0, [sp]
;;   ldr x8, [x23, #0x48]
;;   add x8, x8, #0xc0
;;   ldr x16, [x8, #0x20]
;;   blr x16
;;   cmp w0, #1
;;   b.eq L0
;;   mov x0, x1
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L0:
;;   sxtw x0, w2
;;   mov sp, x29
;;   ldp x29, x30, [sp], #0x10
;;   ret
;; L1:
;;   movz w0, #0x19
;;   ldr x17, [x23, #0x60]
;;   blr x17
