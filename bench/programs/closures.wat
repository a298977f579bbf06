;; Continuations by hand: a recursive walk in which no call returns, as every step calls the next function by reference
;; and what is left to do is a chain of closures on the heap; and streams whose tails are computed when they are asked
;; for. Closures are allocated and called through references, all in tail position.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; The output: the name, and from 64 on sixteen digits with an end of line.
  (data (i32.const 0) "\37\00\00\00\1a\00\00\00")
  (data (i32.const 55) "closures ")
  (data (i32.const 96) "0123456789abcdef")

  (rec
    (type $action (func (param (ref $closure)) (param i64) (result i64)))
    (type $closure (sub (struct (field $code (ref $action)))))
    (type $second_half (sub final $closure
      (struct (field (ref $action)) (field $n i64) (field $then (ref $closure)))))
    (type $addition (sub final $closure
      (struct (field (ref $action)) (field $first i64) (field $then (ref $closure))))))
  (rec
    (type $tail (func (param (ref $stream)) (result (ref $stream))))
    (type $stream (struct (field $head i32) (field $make_tail (ref $tail)) (field $source (ref null $stream)))))
  (elem declare func $finish $second $add $numbers $odd_ones $multiples)

  (func $continue (param $closure (ref $closure)) (param $value i64) (result i64)
    (return_call_ref $action (local.get $closure) (local.get $value)
      (struct.get $closure $code (local.get $closure))))

  ;; Fibonacci numbers: of n - 1 first, then of n - 2, then their sum is handed on.
  (func $fibonacci (param $n i64) (param $then (ref $closure)) (result i64)
    (if (i64.lt_u (local.get $n) (i64.const 2)) (then (return_call $continue (local.get $then) (local.get $n))))
    (return_call $fibonacci (i64.sub (local.get $n) (i64.const 1))
      (struct.new $second_half (ref.func $second) (local.get $n) (local.get $then))))
  (func $second (type $action)
    (local $self (ref $second_half))
    (local.set $self (ref.cast (ref $second_half) (local.get 0)))
    (return_call $fibonacci (i64.sub (struct.get $second_half $n (local.get $self)) (i64.const 2))
      (struct.new $addition (ref.func $add) (local.get 1) (struct.get $second_half $then (local.get $self)))))
  (func $add (type $action)
    (local $self (ref $addition))
    (local.set $self (ref.cast (ref $addition) (local.get 0)))
    (return_call $continue (struct.get $addition $then (local.get $self))
      (i64.add (struct.get $addition $first (local.get $self)) (local.get 1))))
  (func $finish (type $action) (local.get 1))

  (func $tail_of (param $stream (ref $stream)) (result (ref $stream))
    (return_call_ref $tail (local.get $stream) (struct.get $stream $make_tail (local.get $stream))))

  (func $numbers (type $tail)
    (struct.new $stream (i32.add (struct.get $stream $head (local.get 0)) (i32.const 1)) (ref.func $numbers)
      (ref.null $stream)))
  ;; Those of the source that are odd.
  (func $odd_ones (type $tail)
    (local $source (ref $stream))
    (local.set $source (ref.as_non_null (struct.get $stream $source (local.get 0))))
    (loop $skip
      (local.set $source (call $tail_of (local.get $source)))
      (br_if $skip (i32.eqz (i32.and (struct.get $stream $head (local.get $source)) (i32.const 1)))))
    (struct.new $stream (struct.get $stream $head (local.get $source)) (ref.func $odd_ones) (local.get $source)))
  ;; Those of the source that three or seven divides.
  (func $multiples (type $tail)
    (local $source (ref $stream)) (local $head i32)
    (local.set $source (ref.as_non_null (struct.get $stream $source (local.get 0))))
    (loop $skip
      (local.set $source (call $tail_of (local.get $source)))
      (local.set $head (struct.get $stream $head (local.get $source)))
      (br_if $skip (i32.and (i32.ne (i32.rem_u (local.get $head) (i32.const 3)) (i32.const 0))
                            (i32.ne (i32.rem_u (local.get $head) (i32.const 7)) (i32.const 0)))))
    (struct.new $stream (local.get $head) (ref.func $multiples) (local.get $source)))

  (func $streams (param $count i32) (result i64)
    (local $stream (ref $stream)) (local $sum i64)
    (local.set $stream (struct.new $stream (i32.const 0) (ref.func $multiples)
      (struct.new $stream (i32.const 0) (ref.func $odd_ones)
        (struct.new $stream (i32.const 0) (ref.func $numbers) (ref.null $stream)))))
    (loop $all
      (local.set $stream (call $tail_of (local.get $stream)))
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
        (i64.extend_i32_u (struct.get $stream $head (local.get $stream)))))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $all (local.get $count)))
    (local.get $sum))

  ;; Prints the name and the sum; another sum than the expected one is an error.
  (func $report (param $sum i64) (param $expected i64)
    (local $rest i64) (local $at i32)
    (local.set $rest (local.get $sum))
    (local.set $at (i32.const 16))
    (loop $digits
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 offset=64 (local.get $at)
        (i32.load8_u offset=96 (i32.and (i32.wrap_i64 (local.get $rest)) (i32.const 15))))
      (local.set $rest (i64.shr_u (local.get $rest) (i64.const 4)))
      (br_if $digits (local.get $at)))
    (i32.store8 (i32.const 80) (i32.const 10))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
    (if (i64.ne (local.get $sum) (local.get $expected)) (then (call $proc_exit (i32.const 1)))))

  (func (export "_start")
    (local $fibonacci i64)
    (local.set $fibonacci (call $fibonacci (i64.const 30) (struct.new $closure (ref.func $finish))))
    (if (i64.ne (local.get $fibonacci) (i64.const 832040)) (then (call $proc_exit (i32.const 2))))
    (call $report (i64.add (call $streams (i32.const 2500000)) (local.get $fibonacci))
      (i64.const 0x606f73879a1f441e))))
