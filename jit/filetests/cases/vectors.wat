;; Vectors: lanes, shuffles and selections.
(module
  (memory 1)
  (func $sum (param $at i32) (result v128)
    (i32x4.add (v128.load (local.get $at)) (v128.load offset=16 (local.get $at))))
  (func $reversed (param $a v128) (result v128)
    (i8x16.shuffle 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 (local.get $a) (local.get $a)))
  (func $interleaved (param $a v128) (param $b v128) (result v128)
    (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b)))
  (func $swizzle (param $a v128) (param $b v128) (result v128) (i8x16.swizzle (local.get $a) (local.get $b)))
  (func $select (param $a v128) (param $b v128) (param $mask v128) (result v128)
    (v128.bitselect (local.get $a) (local.get $b) (local.get $mask)))
  (func $lane (param $a v128) (result i32) (i16x8.extract_lane_s 3 (local.get $a)))
  (func $product (param $a v128) (param $b v128) (result v128) (i64x2.mul (local.get $a) (local.get $b)))
  (func $any (param $a v128) (result i32)
    (if (result i32) (v128.any_true (local.get $a)) (then (i32.const 1)) (else (i32.const 2)))))

;; --- compiled ---
;;
;; sum, graph
;; b0:
;;   v0:i32 = parameter
;;   v1:v128 = v128.load v0    ;; 0x3e
;;   v2:v128 = v128.load v0 #0x10    ;; 0x44
;;   v3:v128 = i32x4.add v1 v2    ;; 0x48
;;   return_ v3    ;; 0x4b
;;
;; sum, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   movups xmm0, xmmword ptr [r14 + rdi]
;;   vpaddd xmm0, xmm0, xmmword ptr [r14 + rdi + 0x10]
;;   pop rbp
;;   ret
;;
;; sum, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr q0, [x22, x0]
;;   add x16, x22, x0
;;   ldr q1, [x16, #0x10]
;;   add v0.4s, v0.4s, v1.4s
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; reversed, graph
;; b0:
;;   v0:v128 = parameter
;;   v1:v128 = i8x16.shuffle v0 v0    ;; 0x52
;;   return_ v1    ;; 0x64
;;
;; reversed, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vpshufb xmm0, xmm0, xmmword ptr [data+1]
;;   pop rbp
;;   ret
;;
;; reversed, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   ldr q1, data+8
;;   tbl v0.16b, {v0.16b}, v1.16b
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; interleaved, graph
;; b0:
;;   v0:v128 = parameter
;;   v1:v128 = parameter #0x1
;;   v2:v128 = i8x16.shuffle v0 v1    ;; 0x6b
;;   return_ v2    ;; 0x7d
;;
;; interleaved, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vpunpckldq xmm0, xmm0, xmm1
;;   pop rbp
;;   ret
;;
;; interleaved, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   zip1 v0.4s, v0.4s, v1.4s
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; swizzle, graph
;; b0:
;;   v0:v128 = parameter
;;   v1:v128 = parameter #0x1
;;   v2:v128 = i8x16.swizzle v0 v1    ;; 0x84
;;   return_ v2    ;; 0x86
;;
;; swizzle, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vpaddusb xmm1, xmm1, xmmword ptr [data+13]
;;   vpshufb xmm0, xmm0, xmm1
;;   pop rbp
;;   ret
;;
;; swizzle, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   tbl v0.16b, {v0.16b}, v1.16b
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; select, graph
;; b0:
;;   v0:v128 = parameter
;;   v1:v128 = parameter #0x1
;;   v2:v128 = parameter #0x2
;;   v3:v128 = v128.bitselect v0 v1 v2    ;; 0x8f
;;   return_ v3    ;; 0x91
;;
;; select, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vpand xmm0, xmm2, xmm0
;;   vpandn xmm1, xmm2, xmm1
;;   vpor xmm0, xmm0, xmm1
;;   pop rbp
;;   ret
;;
;; select, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   bsl v2.16b, v0.16b, v1.16b
;;   mov v0.16b, v2.16b
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; lane, graph
;; b0:
;;   v0:v128 = parameter
;;   v1:i32 = i16x8.extract_lane_s v0 #0x3    ;; 0x96
;;   return_ v1    ;; 0x99
;;
;; lane, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vpextrw eax, xmm0, 3
;;   movsx eax, ax
;;   pop rbp
;;   ret
;;
;; lane, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   smov w0, v0.h[3]
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; product, graph
;; b0:
;;   v0:v128 = parameter
;;   v1:v128 = parameter #0x1
;;   v2:v128 = i64x2.mul v0 v1    ;; 0xa0
;;   return_ v2    ;; 0xa3
;;
;; product, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   vpsrlq xmm2, xmm0, 0x20
;;   vpmuludq xmm2, xmm2, xmm1
;;   vpsrlq xmm3, xmm1, 0x20
;;   vpmuludq xmm3, xmm3, xmm0
;;   vpaddq xmm2, xmm2, xmm3
;;   vpsllq xmm2, xmm2, 0x20
;;   vpmuludq xmm0, xmm0, xmm1
;;   vpaddq xmm0, xmm0, xmm2
;;   pop rbp
;;   ret
;;
;; product, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   rev64 v2.4s, v1.4s
;;   mul v2.4s, v2.4s, v0.4s
;;   uaddlp v2.2d, v2.4s
;;   shl v2.2d, v2.2d, #0x20
;;   xtn v0.2s, v0.2d
;;   xtn v1.2s, v1.2d
;;   umlal v2.2d, v0.2s, v1.2s
;;   mov v0.16b, v2.16b
;;   ldp x29, x30, [sp], #0x10
;;   ret
;;
;; any, graph
;; b0: to b1 b2
;;   v0:v128 = parameter
;;   v1:i32 = v128.any_true v0    ;; 0xa8
;;   branch v1    ;; 0xaa
;; b1: from b0 to b3 rare
;;   jump    ;; 0xae
;; b2: from b0 to b3 rare
;;   jump    ;; 0xb1
;; b3: from b1 b2
;;   v7:i32 = phi i32:0x1 i32:0x2 #0x2    ;; 0xb1
;;   return_ v7    ;; 0xb2
;;
;; any, x86-64
;;   push rbp
;;   mov rbp, rsp
;;   ptest xmm0, xmm0
;;   je L0
;;   mov eax, 1
;;   jmp L1
;; L0:
;;   mov eax, 2
;; L1:
;;   pop rbp
;;   ret
;;
;; any, aarch64
;;   stp x29, x30, [sp, #-0x10]!
;;   mov x29, sp
;;   umaxp v0.4s, v0.4s, v0.4s
;;   fmov x0, d0
;;   cmp x0, #0
;;   b.eq L0
;;   movz w0, #0x1
;;   b L1
;; L0:
;;   movz w0, #0x2
;; L1:
;;   ldp x29, x30, [sp], #0x10
;;   ret
