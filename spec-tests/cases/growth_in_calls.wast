;; A memory or table that grows while a caller is under way: the caller sees the new size and the old contents.

(module $M
  (memory $m (export "memory") 1)
  (table $t 1 funcref)
  (type $void (func))
  (func $grow (memory.grow (i32.const 1)) (drop))
  (elem (table $t) (i32.const 0) func $grow)

  ;; Loads before and after the call, in the same expression.
  (func (export "direct") (result i32 i32 i32)
    (local $end i32)
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (i32.store (i32.sub (local.get $end) (i32.const 4)) (i32.const 11))
    (i32.load (i32.sub (local.get $end) (i32.const 4)))
    (call $grow)
    (i32.store (local.get $end) (i32.const 22))
    (i32.load (i32.sub (local.get $end) (i32.const 4)))
    (i32.load (local.get $end)))
  (func (export "indirect") (result i32)
    (local $end i32)
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (call_indirect (type $void) (i32.const 0))
    (i32.store (local.get $end) (i32.const 33))
    (i32.load (local.get $end)))
  ;; The address is computed before the growth, and used behind it.
  (func (export "in an operand") (result i32)
    (i32.load (i32.mul (i32.const 65536) (memory.grow (i32.const 1)))))
  (func (export "size") (result i32) (memory.size))

  (func $grow-table (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))
  (func (export "table") (result i32 i32)
    (drop (call $grow-table (i32.const 100)))
    (table.set (i32.const 100) (ref.func $grow))
    (table.size)
    (ref.is_null (table.get (i32.const 100)))))
(register "M" $M)

(assert_return (invoke "direct") (i32.const 11) (i32.const 11) (i32.const 22))
(assert_return (invoke "indirect") (i32.const 33))
(assert_return (invoke "in an operand") (i32.const 0))
(assert_return (invoke "size") (i32.const 4))
(assert_return (invoke "table") (i32.const 101) (i32.const 0))

;; Grown by another instance.
(module $Other
  (import "M" "memory" (memory 1))
  (func $grow (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "last") (result i32)
    (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)))))
(register "Other" $Other)
(module $Third
  (import "M" "memory" (memory 1))
  (import "Other" "grow" (func $grow (result i32)))
  (func (export "across") (result i32 i32)
    (local $end i32)
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (drop (call $grow))
    (i32.store (local.get $end) (i32.const 44))
    (i32.load (local.get $end))
    (memory.size)))
(assert_return (invoke "across") (i32.const 44) (i32.const 5))
(assert_return (invoke $M "size") (i32.const 5))
(assert_return (invoke $Other "last") (i32.const 0))

;; Beyond what there is: still a trap, and the same one.
(module
  (memory 1 2)
  (func (export "at") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "far") (param i32) (result i32) (i32.load offset=0xffffffff (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))
(assert_trap (invoke "at" (i32.const 65536)) "out of bounds memory access")
(assert_trap (invoke "at" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "at" (i32.const -1)) "out of bounds memory access")
(assert_trap (invoke "far" (i32.const -1)) "out of bounds memory access")
(assert_return (invoke "grow") (i32.const 1))
(assert_return (invoke "at" (i32.const 65533)) (i32.const 0))
(assert_trap (invoke "at" (i32.const 131072)) "out of bounds memory access")
(assert_return (invoke "grow") (i32.const -1))
