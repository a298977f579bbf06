;; Addresses: an i32 has zeros above when it becomes part of one; constant offsets, indices and bases are folded.
(module
  (memory 1)
  (func $base_and_offset (param $at i32) (result i32)
    (i32.load offset=16 (local.get $at)))
  (func $indexed (param $base i32) (param $index i32) (result i32)
    (i32.load offset=8 (i32.add (local.get $base) (i32.shl (local.get $index) (i32.const 2)))))
  (func $largest_offset (param $at i32) (result i32)
    (i32.load8_u offset=0xffffffff (local.get $at)))
  (func $wraps (param $at i64) (result i32)
    (i32.load (i32.wrap_i64 (local.get $at))))
  (func $adds_to_memory (param $at i32)
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1))))
  (func $stores_constant (param $at i32)
    (i64.store offset=4 (local.get $at) (i64.const -1))))

;; --- compiled ---
;;
;; base_and_offset, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = i32.load v0 #0x10    ;; 0x34
;;   return_ v1    ;; 0x37
;;
;; base_and_offset, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov eax, dword ptr [r14 + rdi + 0x10]
;;   pop rbp
;;   ret
;;
;; base_and_offset, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   add x16, x22, x0
;;   ldr w0, [x16, #0x10]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; indexed, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = parameter #0x1
;;   v3:i32 = i32.shl v1 i32:0x2    ;; 0x40
;;   v4:i32 = i32.add v0 v3    ;; 0x41
;;   v5:i32 = i32.load v4 #0x8    ;; 0x42
;;   return_ v5    ;; 0x45
;;
;; indexed, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   lea eax, [rdi + rsi*4]
;;   mov eax, dword ptr [r14 + rax + 8]
;;   pop rbp
;;   ret
;;
;; indexed, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   add w0, w0, w1, lsl #2
;;   add x16, x22, x0
;;   ldr w0, [x16, #8]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; largest_offset, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = i32.load8_u v0 #0xffffffff    ;; 0x4a
;;   return_ v1    ;; 0x51
;;
;; largest_offset, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movabs r11, 0xffffffff
;;   add r11, rdi
;;   movzx eax, byte ptr [r14 + r11]
;;   pop rbp
;;   ret
;;
;; largest_offset, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movn w16, #0
;;   add x16, x16, x0
;;   ldrb w0, [x22, x16]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; wraps, graph
;; b0:
;;   v0:i64 = parameter
;;   v1:i32 = i32.wrap_i64 v0    ;; 0x56
;;   v2:i32 = i32.load v1    ;; 0x57
;;   return_ v2    ;; 0x5a
;;
;; wraps, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov eax, edi
;;   mov eax, dword ptr [r14 + rax]
;;   pop rbp
;;   ret
;;
;; wraps, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   mov w0, w0
;;   ldr w0, [x22, x0]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; adds_to_memory, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:i32 = i32.load v0    ;; 0x61
;;   v3:i32 = i32.add v1 i32:0x1    ;; 0x66
;;   i32.store v0 v3    ;; 0x67
;;   return_    ;; 0x6a
;;
;; adds_to_memory, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov eax, dword ptr [r14 + rdi]
;;   add eax, 1
;;   mov dword ptr [r14 + rdi], eax
;;   pop rbp
;;   ret
;;
;; adds_to_memory, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr w1, [x22, x0]
;;   add w1, w1, #1
;;   str w1, [x22, x0]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; stores_constant, graph
;; b0:
;;   v0:i32 = parameter
;;   i64.store v0 i64:0xffffffffffffffff #0x4    ;; 0x71
;;   return_    ;; 0x74
;;
;; stores_constant, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   mov qword ptr [r14 + rdi + 4], -1
;;   pop rbp
;;   ret
;;
;; stores_constant, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   movn x1, #0
;;   add x16, x22, x0
;;   stur x1, [x16, #4]
;;   ldp x29, x30, [sp], #0x10
;;   ret
