;; Running out of stack is an orderly end of one call: the instance, its state and its callers' states stay usable.

(module $M
  (memory 1)
  (global $depth (mut i32) (i32.const 0))
  (table funcref (elem $down))
  (type $none (func))

  (func $down (export "down")
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (call $down))
  (func (export "down-indirect")
    (call_indirect (type $none) (i32.const 0)))

  ;; Even and odd call each other, so neither is its own caller.
  (func $even (export "even") (param $n i64) (result i32)
    (if (result i32) (i64.eqz (local.get $n))
      (then (i32.const 1))
      (else (call $odd (i64.sub (local.get $n) (i64.const 1))))))
  (func $odd (param $n i64) (result i32)
    (if (result i32) (i64.eqz (local.get $n))
      (then (i32.const 0))
      (else (call $even (i64.sub (local.get $n) (i64.const 1))))))

  (func (export "depth") (result i32) (global.get $depth))
  (func (export "reset") (global.set $depth (i32.const 0)))
  (func (export "store") (i32.store (i32.const 8) (i32.const 77)))
  (func (export "load") (result i32) (i32.load (i32.const 8)))
)

(invoke "store")
(assert_exhaustion (invoke "down") "call stack exhausted")
(assert_return (invoke "load") (i32.const 77))
(assert_return (invoke "even" (i64.const 1000)) (i32.const 1))
(assert_return (invoke "even" (i64.const 1001)) (i32.const 0))

;; The same depth every time: nothing is lost by running out.
(assert_exhaustion (invoke "even" (i64.const 1_000_000_000)) "call stack exhausted")
(assert_exhaustion (invoke "down-indirect") "call stack exhausted")
(assert_exhaustion (invoke "down") "call stack exhausted")
(assert_exhaustion (invoke "down") "call stack exhausted")
(assert_return (invoke "even" (i64.const 1000)) (i32.const 1))

;; Some depth must be possible.
(module
  (func $sum (export "sum") (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n))
      (then (i32.const 0))
      (else (i32.add (local.get $n) (call $sum (i32.sub (local.get $n) (i32.const 1))))))))
(assert_return (invoke "sum" (i32.const 10_000)) (i32.const 50_005_000))

;; Out of stack in a start function.
(assert_exhaustion (module (func $f (call $f)) (start $f)) "call stack exhausted")

;; Back and forth between two instances.
(module $A
  (table (export "table") 2 funcref)
  (type $f (func (param i32) (result i32)))
  (func $ping (param i32) (result i32)
    (i32.add (i32.const 1) (call_indirect (type $f) (local.get 0) (i32.const 1))))
  (elem (i32.const 0) $ping))
(register "A" $A)
(module $B
  (table (import "A" "table") 2 funcref)
  (type $f (func (param i32) (result i32)))
  (func $pong (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call_indirect (type $f) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))))
  (elem (i32.const 1) $pong)
  (func (export "play") (param i32) (result i32)
    (call_indirect (type $f) (local.get 0) (i32.const 1))))
(assert_return (invoke "play" (i32.const 500)) (i32.const 1000))
(assert_exhaustion (invoke "play" (i32.const 0x7fffffff)) "call stack exhausted")
(assert_return (invoke "play" (i32.const 500)) (i32.const 1000))
