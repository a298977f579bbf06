;; Behind an instruction that does not go on, a reference can come from nowhere. What is known not to be null is still a
;; reference, though of no type in particular: it is one of every type, and it is no number.

(module
  (type $s (struct))
  (type $f (func))
  (table 1 funcref)
  (func (result i32) (unreachable) (ref.as_non_null) (ref.is_null))
  (func (result (ref $s)) (block (unreachable) (br_on_null 0) (return)) (unreachable))
  (func (result funcref externref)
    (unreachable) (ref.as_non_null) (unreachable) (ref.as_non_null))
  (func (result (ref $s)) (unreachable) (ref.as_non_null))
  (func (result (ref null $s)) (unreachable) (ref.as_non_null))
  (func (result (ref noextern)) (unreachable) (ref.as_non_null))
  (func (result exnref) (unreachable) (ref.as_non_null) (ref.as_non_null) (ref.as_non_null))
  (func (unreachable) (ref.as_non_null) (call_ref $f))
  (func (unreachable) (br_on_null 0) (call_ref $f))
  (func (unreachable) (br_on_null 0) (br_on_null 0) (drop))
  (func (unreachable) (block (result funcref) (unreachable) (ref.as_non_null) (br_on_non_null 0) (unreachable)) (drop))
  (func (unreachable) (i32.const 0) (unreachable) (ref.as_non_null) (table.set 0))
  (func (result (ref extern)) (unreachable) (ref.as_non_null) (extern.convert_any))
  (func (result (ref any)) (unreachable) (any.convert_extern))
  (func (result (ref $s)) (unreachable) (ref.as_non_null) (ref.as_non_null) (i32.const 0) (select (result (ref $s))))
  (func (result i32) (unreachable) (ref.as_non_null) (ref.as_non_null) (ref.eq))
  (func (param (ref null $s)) (unreachable) (ref.as_non_null) (local.set 0))
)

(assert_invalid
  (module (func (result i32) (unreachable) (ref.as_non_null)))
  "type mismatch")
(assert_invalid
  (module (func (result i64) (unreachable) (br_on_null 0)))
  "type mismatch")
(assert_invalid
  (module (func (unreachable) (ref.as_non_null) (drop) (ref.as_non_null) (i32.const 1) (i32.add) (drop)))
  "type mismatch")
(assert_invalid
  (module (func (result v128) (unreachable) (ref.as_non_null) (ref.as_non_null)))
  "type mismatch")
(assert_invalid
  (module (memory 1) (func (i32.const 0) (unreachable) (br_on_null 0) (i32.const 257) (memory.fill)))
  "type mismatch")
(assert_invalid
  (module (func (param f64) (unreachable) (ref.as_non_null) (local.set 0)))
  "type mismatch")
(assert_invalid
  (module (func (unreachable) (ref.as_non_null) (i32.const 0) (select) (drop)))
  "type mismatch")
(assert_invalid
  (module (func (unreachable) (ref.as_non_null) (ref.as_non_null) (i32.const 0) (select) (drop)))
  "type mismatch")
(assert_invalid
  (module (func (unreachable) (ref.as_non_null) (if (then))))
  "type mismatch")
(assert_invalid
  (module (func (unreachable) (ref.as_non_null) (br_if 0)))
  "type mismatch")
(assert_invalid
  (module (func (result i32) (unreachable) (br_on_null 0) (br 0)))
  "type mismatch")
