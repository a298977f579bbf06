;; A million tail calls take no stack: direct, indirect, by reference, across instances, with frames of every size.

(module $M
  (type $step (func (param i64 i64) (result i64)))
  (table (export "table") 3 funcref)
  (elem (i32.const 0) $count $count-indirect $wide)
  (elem declare func $count-ref)

  (func $count (export "count") (param $n i64) (param $sum i64) (result i64)
    (if (i64.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call $count (i64.sub (local.get $n) (i64.const 1)) (i64.add (local.get $sum) (local.get $n))))

  (func $count-indirect (export "count-indirect") (param $n i64) (param $sum i64) (result i64)
    (if (i64.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call_indirect (type $step)
      (i64.sub (local.get $n) (i64.const 1)) (i64.add (local.get $sum) (local.get $n)) (i32.const 1)))

  (func $count-ref (export "count-ref") (param $n i64) (param $sum i64) (result i64)
    (if (i64.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call_ref $step
      (i64.sub (local.get $n) (i64.const 1)) (i64.add (local.get $sum) (local.get $n)) (ref.func $count-ref)))

  ;; Callee with more parameters than its caller, and the other way round.
  (func $narrow (export "narrow") (param $n i64) (result i64)
    (if (i64.eqz (local.get $n)) (then (return (i64.const -1))))
    (return_call $wide-params (i64.sub (local.get $n) (i64.const 1))
      (i32.const 1) (f32.const 2) (f64.const 3) (v128.const i64x2 4 5) (i64.const 6)))
  (func $wide-params (param $n i64) (param $a i32) (param $b f32) (param $c f64) (param $d v128) (param $e i64)
      (result i64)
    (local $extra v128)
    (if (i64.eqz (local.get $n))
      (then
        (return
          (i64.add
            (i64.add (i64.extend_i32_u (local.get $a)) (i64.trunc_f32_s (local.get $b)))
            (i64.add
              (i64.add (i64.trunc_f64_s (local.get $c)) (local.get $e))
              (i64.add (i64x2.extract_lane 0 (local.get $d)) (i64x2.extract_lane 1 (local.get $d))))))))
    (return_call $narrow (i64.sub (local.get $n) (i64.const 1))))

  ;; Locals are fresh each time round.
  (func $wide (param $n i64) (param $sum i64) (result i64)
    (local $fresh i64)
    (if (i64.ne (local.get $fresh) (i64.const 0)) (then (unreachable)))
    (local.set $fresh (i64.const 1))
    (if (i64.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call_indirect (type $step)
      (i64.sub (local.get $n) (i64.const 1)) (i64.add (local.get $sum) (local.get $fresh)) (i32.const 2)))
  (func (export "fresh") (param i64) (result i64) (return_call $wide (local.get 0) (i64.const 0)))
)

(assert_return (invoke "count" (i64.const 1_000_000) (i64.const 0)) (i64.const 500_000_500_000))
(assert_return (invoke "count-indirect" (i64.const 1_000_000) (i64.const 0)) (i64.const 500_000_500_000))
(assert_return (invoke "count-ref" (i64.const 1_000_000) (i64.const 0)) (i64.const 500_000_500_000))
(assert_return (invoke "narrow" (i64.const 1_000_000)) (i64.const -1))
(assert_return (invoke "narrow" (i64.const 999_999)) (i64.const 21))
(assert_return (invoke "fresh" (i64.const 1_000_000)) (i64.const 1_000_000))

;; Across instances, each with a global of its own.
(register "M" $M)
(module $A
  (table (export "table") 2 funcref)
  (type $step (func (param i64) (result i64)))
  (global $seen (mut i64) (i64.const 0))
  (func $a (export "a") (param i64) (result i64)
    (global.set $seen (i64.add (global.get $seen) (i64.const 1)))
    (if (i64.eqz (local.get 0)) (then (return (global.get $seen))))
    (return_call_indirect (type $step) (i64.sub (local.get 0) (i64.const 1)) (i32.const 1)))
  (elem (i32.const 0) $a)
  (func (export "seen") (result i64) (global.get $seen)))
(register "A" $A)
(module $B
  (table (import "A" "table") 2 funcref)
  (import "A" "a" (func $a (param i64) (result i64)))
  (global $seen (mut i64) (i64.const 0))
  (func $b (export "b") (param i64) (result i64)
    (global.set $seen (i64.add (global.get $seen) (i64.const 1)))
    (if (i64.eqz (local.get 0)) (then (return (global.get $seen))))
    (return_call $a (i64.sub (local.get 0) (i64.const 1))))
  (elem (i32.const 1) $b)
  (func (export "seen") (result i64) (global.get $seen)))
(assert_return (invoke "b" (i64.const 1_000_000)) (i64.const 500_001))
(assert_return (invoke $A "seen") (i64.const 500_000))

;; To the host.
(module
  (import "spectest" "print_i64" (func $print (param i64)))
  (table funcref (elem $print))
  (type $t (func (param i64)))
  (func (export "direct") (return_call $print (i64.const 1)))
  (func (export "indirect") (return_call_indirect (type $t) (i64.const 1) (i32.const 0)))
  (func (export "many") (param i32)
    (loop $again
      (call $inner)
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func $inner (return_call $print (i64.const 1))))
(assert_return (invoke "direct"))
(assert_return (invoke "indirect"))
(assert_return (invoke "many" (i32.const 100_000)))

;; A trap at the far end is a trap of the call.
(module
  (func $f (export "f") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (return_call $f (i32.sub (local.get 0) (i32.const 1)))))
(assert_trap (invoke "f" (i32.const 1_000_000)) "unreachable")
