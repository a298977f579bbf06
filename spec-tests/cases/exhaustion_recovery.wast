;; What is left when a call ran out of stack: all that was done before it, the same depth for the next, and every instance
;; usable, whichever of them was running.

(module $State
  (memory (export "memory") 1)
  (table (export "table") 4 funcref)
  (global (export "count") (mut i32) (i32.const 0))
  (func (export "at") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "is-null") (param i32) (result i32) (ref.is_null (table.get (local.get 0))))
  (func (export "pages") (result i32) (memory.size)))
(register "State" $State)

;; A start function that runs out of stack: no instance, but its segments and its stores have been done.
(assert_exhaustion
  (module
    (import "State" "memory" (memory 1))
    (import "State" "table" (table 4 funcref))
    (import "State" "count" (global $count (mut i32)))
    (data (i32.const 16) "\2a")
    (elem (i32.const 1) func $f)
    (func $f
      (global.set $count (i32.const 1))
      (i32.store (i32.const 20) (i32.const 43))
      (drop (memory.grow (i32.const 0)))
      (call $f))
    (start $f))
  "call stack exhausted")
(assert_return (invoke $State "at" (i32.const 16)) (i32.const 42))
(assert_return (invoke $State "at" (i32.const 20)) (i32.const 43))
(assert_return (invoke $State "is-null" (i32.const 0)) (i32.const 1))
(assert_return (invoke $State "is-null" (i32.const 1)) (i32.const 0))
(assert_return (get $State "count") (i32.const 1))

;; The function that stands in the table is one of the instance that never was: it can be called, and runs out again.
(module
  (import "State" "table" (table 4 funcref))
  (func (export "call") (call_indirect (i32.const 1))))
(assert_exhaustion (invoke "call") "call stack exhausted")
(assert_exhaustion (invoke "call") "call stack exhausted")

;; As deep the tenth time as the first, with frames of every kind on the way, and a function of the host at the bottom.
(module $Deep
  (import "spectest" "print_i32" (func $print (param i32)))
  (type $step (func (param i32 f64 v128 externref) (result i32 f64)))
  (table funcref (elem $direct $indirect $reference))
  (elem declare func $reference)
  (global $depth (mut i32) (i32.const 0))
  (global $deepest (mut i32) (i32.const 0))
  (memory 1)
  (func $note
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (call $print (global.get $depth)))
  (func $direct (type $step)
    (call $note)
    (call $indirect (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func $indirect (type $step)
    (local v128 v128 i64 f32)
    (call $note)
    (call_indirect (type $step) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 2)))
  (func $reference (type $step)
    (call $note)
    (call_ref $step (local.get 0) (local.get 1) (local.get 2) (local.get 3) (ref.func $direct))
    drop drop
    (unreachable))
  (elem declare func $direct)
  (func (export "down") (param externref)
    (global.set $depth (i32.const 0))
    (call $direct (i32.const 1) (f64.const 2) (v128.const i64x2 3 4) (local.get 0))
    drop drop)
  ;; Is it the same depth as the time before? (At first: was it deep at all?)
  (func (export "same") (result i32)
    (local $before i32)
    (local.set $before (global.get $deepest))
    (global.set $deepest (global.get $depth))
    (if (result i32) (i32.eqz (local.get $before))
      (then (i32.gt_u (global.get $depth) (i32.const 1000)))
      (else (i32.eq (global.get $depth) (local.get $before)))))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))
;; The first time a function may be compiled on the way, by a call that takes a frame more.
(assert_exhaustion (invoke "down" (ref.extern 1)) "call stack exhausted")
(assert_exhaustion (invoke "down" (ref.extern 1)) "call stack exhausted")
(assert_return (invoke "same") (i32.const 1))
(assert_exhaustion (invoke "down" (ref.extern 1)) "call stack exhausted")
(assert_return (invoke "same") (i32.const 1))
;; Not even a trap of another kind in between changes it.
(assert_trap (invoke "load" (i32.const 65536)) "out of bounds memory access")
(assert_exhaustion (invoke "down" (ref.null extern)) "call stack exhausted")
(assert_return (invoke "same") (i32.const 1))
(assert_exhaustion (invoke "down" (ref.extern 2)) "call stack exhausted")
(assert_return (invoke "same") (i32.const 1))

;; Memory that is grown on the way down stays grown, and holds what was stored in it.
(module $Grow
  (memory (export "memory") 0 10)
  (func $down (export "down") (param i32)
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
      (then (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1)) (memory.size))))
    (call $down (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "last") (param i32) (result i32)
    (i32.load8_u (i32.sub (i32.mul (local.get 0) (i32.const 65536)) (i32.const 1)))))
(assert_exhaustion (invoke "down" (i32.const 0)) "call stack exhausted")
(assert_return (invoke "size") (i32.const 10))
(assert_return (invoke "last" (i32.const 1)) (i32.const 1))
(assert_return (invoke "last" (i32.const 10)) (i32.const 10))
