;; Vectors and bulk operations in a memory with 64-bit addresses, beside one with 32-bit addresses.

(module
  (memory $m64 (export "m64") i64 1 3)
  (memory $m32 1 2)
  (data $d "0123456789abcdefghijklmnopqrstuv")

  (func (export "init") (param $at i64) (param $from i32) (param $size i32)
    (memory.init $m64 $d (local.get $at) (local.get $from) (local.get $size)))
  (func (export "drop") (data.drop $d))
  (func (export "fill") (param i64 i32 i64) (memory.fill $m64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i64 i64 i64) (memory.copy $m64 $m64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "to 32") (param i32 i64 i32) (memory.copy $m32 $m64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "to 64") (param i64 i32 i32) (memory.copy $m64 $m32 (local.get 0) (local.get 1) (local.get 2)))

  (func (export "load") (param i64) (result v128) (v128.load $m64 (local.get 0)))
  (func (export "load far") (param i64) (result v128) (v128.load $m64 offset=0xffff_ffff_0000 (local.get 0)))
  (func (export "load 32") (param i32) (result v128) (v128.load $m32 (local.get 0)))
  (func (export "store") (param i64 v128) (v128.store $m64 offset=16 (local.get 0) (local.get 1)))
  (func (export "splat") (param i64) (result v128) (v128.load8_splat $m64 offset=1 (local.get 0)))
  (func (export "load lane") (param i64 v128) (result v128) (v128.load32_lane $m64 2 (local.get 0) (local.get 1)))
  (func (export "store lane") (param i64 v128) (v128.store64_lane $m64 1 (local.get 0) (local.get 1)))
  (func (export "zero") (param i64) (result v128) (v128.load64_zero $m64 (local.get 0)))

  (func (export "size") (result i64) (memory.size $m64))
  (func (export "grow") (param i64) (result i64) (memory.grow $m64 (local.get 0))))

(invoke "init" (i64.const 0) (i32.const 0) (i32.const 32))
(assert_return (invoke "load" (i64.const 0)) (v128.const i8x16 48 49 50 51 52 53 54 55 56 57 97 98 99 100 101 102))
(assert_return (invoke "splat" (i64.const 1)) (v128.const i8x16 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50))
(assert_return (invoke "zero" (i64.const 8)) (v128.const i64x2 0x6665646362613938 0))
(assert_return (invoke "load lane" (i64.const 0) (v128.const i32x4 1 2 3 4)) (v128.const i32x4 1 2 0x33323130 4))

;; Overlapping copies, both ways.
(invoke "copy" (i64.const 4) (i64.const 0) (i64.const 16))
(assert_return (invoke "load" (i64.const 4)) (v128.const i8x16 48 49 50 51 52 53 54 55 56 57 97 98 99 100 101 102))
(invoke "copy" (i64.const 0) (i64.const 4) (i64.const 16))
(assert_return (invoke "load" (i64.const 0)) (v128.const i8x16 48 49 50 51 52 53 54 55 56 57 97 98 99 100 101 102))

;; Between the memories.
(invoke "to 32" (i32.const 1000) (i64.const 0) (i32.const 16))
(assert_return (invoke "load 32" (i32.const 1000)) (v128.const i8x16 48 49 50 51 52 53 54 55 56 57 97 98 99 100 101 102))
(invoke "to 64" (i64.const 2000) (i32.const 1004) (i32.const 8))
(assert_return (invoke "load" (i64.const 2000)) (v128.const i8x16 52 53 54 55 56 57 97 98 0 0 0 0 0 0 0 0))

;; At the very end, and past it: nothing is written where not all of it fits.
(invoke "store" (i64.const 65504) (v128.const i64x2 -1 -2))
(assert_return (invoke "load" (i64.const 65520)) (v128.const i64x2 -1 -2))
(assert_trap (invoke "load" (i64.const 65521)) "out of bounds memory access")
(assert_trap (invoke "store" (i64.const 65505) (v128.const i64x2 0 0)) "out of bounds memory access")
(assert_trap (invoke "store lane" (i64.const 65529) (v128.const i64x2 0 0)) "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 65530) (i32.const 0) (i64.const 7)) "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 65521) (i64.const 0) (i64.const 16)) "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 65530) (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 30) (i32.const 3)) "out of bounds memory access")
(assert_return (invoke "load" (i64.const 65520)) (v128.const i64x2 -1 -2))

;; Addresses whose sums pass 2^64, and ones that look small in 32 bits.
(assert_trap (invoke "load" (i64.const -1)) "out of bounds memory access")
(assert_trap (invoke "load" (i64.const -16)) "out of bounds memory access")
(assert_trap (invoke "load" (i64.const 0x1_0000_0000)) "out of bounds memory access")
(assert_trap (invoke "load far" (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "load far" (i64.const -0xffff_ffff_0000)) "out of bounds memory access")
(assert_trap (invoke "store" (i64.const -16) (v128.const i64x2 0 0)) "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 1) (i32.const 0) (i64.const -1)) "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 0x1_0000_0000) (i32.const 0) (i64.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 0x1_0000_0000) (i64.const 1)) "out of bounds memory access")
(assert_return (invoke "load" (i64.const 0)) (v128.const i8x16 48 49 50 51 52 53 54 55 56 57 97 98 99 100 101 102))

;; Growing makes the next page usable at once.
(assert_return (invoke "grow" (i64.const 0x1_0000_0000)) (i64.const -1))
(assert_return (invoke "grow" (i64.const -1)) (i64.const -1))
(assert_return (invoke "grow" (i64.const 2)) (i64.const 1))
(assert_return (invoke "size") (i64.const 3))
(assert_return (invoke "grow" (i64.const 1)) (i64.const -1))
(assert_return (invoke "load" (i64.const 65528)) (v128.const i64x2 -2 0))
(invoke "fill" (i64.const 131072) (i32.const 0x1ff) (i64.const 65536))
(assert_return (invoke "load" (i64.const 196592)) (v128.const i64x2 -1 -1))

(invoke "drop")
(assert_trap (invoke "init" (i64.const 0) (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "init" (i64.const 0) (i32.const 0) (i32.const 0)))
