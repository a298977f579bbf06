;; Functions of the host are functions: they stand in tables, are exported on, called by reference, from a start function.

(module $M
  (import "spectest" "print_i32" (func $print_i32 (param i32)))
  (import "spectest" "print_f64_f64" (func $print_f64_f64 (param f64 f64)))
  (import "spectest" "print" (func $print))
  (export "print again" (func $print_i32))
  (type $i32 (func (param i32)))
  (type $f64f64 (func (param f64 f64)))
  (table $t (export "table") 4 funcref)
  (elem (i32.const 0) $print_i32 $print_f64_f64)
  (elem declare func $print_i32)

  (func (export "indirect") (param i32) (call_indirect (type $i32) (i32.const 1) (local.get 0)))
  (func (export "reference") (call_ref $i32 (i32.const 2) (ref.func $print_i32)))
  ;; What is on the stack below the call is still there.
  (func (export "kept") (result i64 f32 i32)
    (i64.const 1) (f32.const 2) (i32.const 3)
    (call $print_f64_f64 (f64.const 4) (f64.const 5)))
  (func (export "often") (param $n i32) (result i32)
    (local $sum i32)
    (loop $again
      (call $print_i32 (local.get $n))
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "identity") (result funcref) (ref.func $print_i32))
  (start $print))
(register "M" $M)

(assert_return (invoke "indirect" (i32.const 0)))
(assert_trap (invoke "indirect" (i32.const 1)) "indirect call type mismatch")
(assert_trap (invoke "indirect" (i32.const 2)) "uninitialized element")
(assert_trap (invoke "indirect" (i32.const 4)) "undefined element")
(assert_return (invoke "reference"))
(assert_return (invoke "kept") (i64.const 1) (f32.const 2) (i32.const 3))
(assert_return (invoke "often" (i32.const 10_000)) (i32.const 50_005_000))
(assert_return (invoke "print again" (i32.const 4)))
(assert_return (invoke "identity") (ref.func))

;; Through a second module, which need not know.
(module
  (import "M" "print again" (func $f (param i32)))
  (import "M" "table" (table 4 funcref))
  (type $i32 (func (param i32)))
  (func (export "f") (call $f (i32.const 1)) (call_indirect (type $i32) (i32.const 1) (i32.const 0))))
(assert_return (invoke "f"))

(assert_unlinkable
  (module (import "M" "print again" (func (param i64))))
  "incompatible import type")
(assert_unlinkable
  (module (import "M" "print again" (global i32)))
  "incompatible import type")

;; The host's memory, table and globals, shared by all who import them.
(module
  (import "spectest" "memory" (memory 1 2))
  (func (export "set") (param i32) (i32.store8 (i32.const 100) (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 5))))
(invoke "set" (i32.const 200))
(assert_return (invoke "grow") (i32.const -1))
(module
  (import "spectest" "memory" (memory 1))
  (import "spectest" "global_f64" (global $f f64))
  (func (export "get") (result i32 f64) (i32.load8_u (i32.const 100)) (global.get $f)))
(assert_return (invoke "get") (i32.const 200) (f64.const 666.6))
