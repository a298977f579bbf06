;; Operands and results of atomic instructions in every place where code keeps values: constants, locals, what was just
;; computed, what is used twice; and neighbours in memory that narrow accesses leave alone.

(module
  (memory 1 1 shared)

  (func (export "constants") (result i32 i32 i32)
    (i32.atomic.store (i32.const 8) (i32.const -2))
    (i32.atomic.rmw.add (i32.const 8) (i32.const 5))
    (i32.atomic.rmw.cmpxchg (i32.const 8) (i32.const 3) (i32.const 0x12345678))
    (i32.atomic.load (i32.const 8)))

  (func (export "wide constants") (result i64 i64 i64)
    (i64.atomic.store (i32.const 16) (i64.const 0x123456789abcdef0))
    (i64.atomic.rmw.sub (i32.const 16) (i64.const 0x1111111111111111))
    (i64.atomic.rmw.cmpxchg (i32.const 16) (i64.const 0x0123456789abcddf) (i64.const -1))
    (i64.atomic.load (i32.const 16)))

  ;; The operand's local changes behind the instruction that pushed it.
  (func (export "old local") (param $x i32) (result i32 i32)
    (local.get $x)
    (local.get $x)
    (local.set $x (i32.const 0))
    (i32.atomic.rmw.xchg)
    (local.get $x))

  ;; address * 2 and the operand are in registers; the result goes to a local and stays on the stack.
  (func (export "computed") (param $a i32) (param $v i64) (result i64 i64 i64)
    (local $r i64)
    (local.tee $r
      (i64.atomic.rmw.or (i32.shl (local.get $a) (i32.const 1)) (i64.add (local.get $v) (local.get $v))))
    (local.get $r)
    (i64.atomic.load (i32.shl (local.get $a) (i32.const 1))))

  ;; Results pile up.
  (func (export "pile") (result i32 i32 i32 i32)
    (i32.atomic.store (i32.const 64) (i32.const 1))
    (i32.atomic.rmw.add (i32.const 64) (i32.atomic.rmw.add (i32.const 64) (i32.const 10)))
    (i32.atomic.rmw.xor (i32.const 64) (i32.const 0xff))
    (i32.atomic.rmw.and (i32.const 64) (i32.const 0xf0))
    (i32.atomic.load (i32.const 64)))

  ;; Across a loop, with the value as the loop's parameter.
  (func (export "sum") (param $n i32) (result i64)
    (i64.atomic.store (i32.const 72) (i64.const 0))
    (i64.const 0)
    (loop $again (param i64) (result i64)
      (drop)
      (i64.atomic.rmw.add (i32.const 72) (i64.extend_i32_u (local.get $n)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n))))

  (func (export "floats beside") (param f64) (result f64)
    (f64.add (f64.mul (local.get 0) (f64.const 2))
      (f64.convert_i32_u (i32.atomic.rmw8.add_u (i32.const 100) (i32.trunc_f64_u (local.get 0))))))

  ;; Narrow accesses: the operand is wrapped, the result extended, the neighbours keep their values.
  (func (export "narrow") (param i64) (result i64 i64 i64 i64 i64)
    (i64.atomic.store (i32.const 128) (i64.const 0x8877665544332211))
    (i64.atomic.rmw8.add_u (i32.const 129) (local.get 0))
    (i64.atomic.rmw16.sub_u (i32.const 130) (local.get 0))
    (i64.atomic.rmw32.xchg_u (i32.const 132) (local.get 0))
    (i64.atomic.rmw8.cmpxchg_u (i32.const 128) (i64.const 0x11) (local.get 0))
    (i64.atomic.load (i32.const 128)))

  (func (export "fence between") (param i32) (result i32)
    (i32.add (local.get 0) (i32.const 1))
    (atomic.fence)
    (i32.atomic.store (i32.const 200) (i32.const 9))
    (atomic.fence)
    (i32.add (i32.atomic.load (i32.const 200))))
)

(assert_return (invoke "constants") (i32.const -2) (i32.const 3) (i32.const 0x12345678))
(assert_return (invoke "wide constants")
  (i64.const 0x123456789abcdef0) (i64.const 0x0123456789abcddf) (i64.const -1))
(assert_return (invoke "old local" (i32.const 24)) (i32.const 0) (i32.const 0))
(assert_return (invoke "old local" (i32.const 24)) (i32.const 24) (i32.const 0))
(assert_return (invoke "computed" (i32.const 20) (i64.const 3)) (i64.const 0) (i64.const 0) (i64.const 6))
(assert_return (invoke "computed" (i32.const 20) (i64.const 4)) (i64.const 6) (i64.const 6) (i64.const 14))
(assert_return (invoke "pile") (i32.const 11) (i32.const 12) (i32.const 0xf3) (i32.const 0xf0))
(assert_return (invoke "sum" (i32.const 10)) (i64.const 54))
(assert_return (invoke "floats beside" (f64.const 3.5)) (f64.const 7))
(assert_return (invoke "floats beside" (f64.const 3.5)) (f64.const 10))
(assert_return (invoke "narrow" (i64.const 0xaaaaaaaa_bbbbccdd))
  (i64.const 0x22) (i64.const 0x4433) (i64.const 0x88776655) (i64.const 0x11) (i64.const 0xbbbbccdd7756ffdd))
(assert_return (invoke "fence between" (i32.const 4)) (i32.const 14))
