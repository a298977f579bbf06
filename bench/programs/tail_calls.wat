;; Tail calls instead of loops: two functions that call each other millions of times, a scanner with a function for each
;; state that picks the next by a table, and greatest common divisors and counts with many arguments that are passed on
;; in another order. What a call that replaces its frame costs, direct and indirect, decides.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; The output: the name, and from 64 on sixteen digits with an end of line.
  (data (i32.const 0) "\35\00\00\00\1c\00\00\00")
  (data (i32.const 53) "tail_calls ")
  (data (i32.const 96) "0123456789abcdef")
  (data (i32.const 256) "alpha 12 beta345 (gamma) \"a string\" 6789 delta_e; x=42 ;;zeta \"one more\" 7 eta8(9)\n")

  (type $state (func (param $at i32) (param $end i32) (param $sum i64) (result i64)))
  ;; By kind of the next byte: other, letter, digit, quote.
  (table $from_start funcref (elem $start $word $number $string))
  (table $from_word funcref (elem $start $word $word $string))
  (table $from_number funcref (elem $start $word $number $string))

  (func $is_even (param $n i32) (param $mark i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (local.get $mark))))
    (return_call $is_odd (i32.sub (local.get $n) (i32.const 1)) (i32.add (local.get $mark) (local.get $n))))
  (func $is_odd (param $n i32) (param $mark i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.sub (i32.const 0) (local.get $mark)))))
    (return_call $is_even (i32.sub (local.get $n) (i32.const 1)) (i32.xor (local.get $mark) (local.get $n))))

  (func $kind (param $byte i32) (result i32)
    (if (i32.lt_u (i32.sub (i32.or (local.get $byte) (i32.const 32)) (i32.const 97)) (i32.const 26))
      (then (return (i32.const 1))))
    (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 48)) (i32.const 10)) (then (return (i32.const 2))))
    (select (i32.const 3) (i32.const 0) (i32.eq (local.get $byte) (i32.const 34))))

  (func $start (type $state) (param $at i32) (param $end i32) (param $sum i64) (result i64)
    (if (i32.eq (local.get $at) (local.get $end)) (then (return (local.get $sum))))
    (return_call_indirect $from_start (type $state) (i32.add (local.get $at) (i32.const 1)) (local.get $end)
      (i64.add (local.get $sum) (i64.const 1)) (call $kind (i32.load8_u (local.get $at)))))
  (func $word (type $state) (param $at i32) (param $end i32) (param $sum i64) (result i64)
    (if (i32.eq (local.get $at) (local.get $end)) (then (return (local.get $sum))))
    (return_call_indirect $from_word (type $state) (i32.add (local.get $at) (i32.const 1)) (local.get $end)
      (i64.add (i64.mul (local.get $sum) (i64.const 3)) (i64.load8_u (local.get $at)))
      (call $kind (i32.load8_u (local.get $at)))))
  (func $number (type $state) (param $at i32) (param $end i32) (param $sum i64) (result i64)
    (if (i32.eq (local.get $at) (local.get $end)) (then (return (local.get $sum))))
    (return_call_indirect $from_number (type $state) (i32.add (local.get $at) (i32.const 1)) (local.get $end)
      (i64.xor (local.get $sum) (i64.shl (i64.load8_u (local.get $at)) (i64.const 9)))
      (call $kind (i32.load8_u (local.get $at)))))
  (func $string (type $state) (param $at i32) (param $end i32) (param $sum i64) (result i64)
    (if (i32.eq (local.get $at) (local.get $end)) (then (return (local.get $sum))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 34))
      (then (return_call $start (i32.add (local.get $at) (i32.const 1)) (local.get $end) (local.get $sum))))
    (return_call $string (i32.add (local.get $at) (i32.const 1)) (local.get $end)
      (i64.add (local.get $sum) (i64.const 1000))))

  (func $scan_all (param $times i32) (param $sum i64) (result i64)
    (if (i32.eqz (local.get $times)) (then (return (local.get $sum))))
    (return_call $scan_all (i32.sub (local.get $times) (i32.const 1))
      (call $start (i32.const 256) (i32.const 340) (local.get $sum))))

  (func $gcd (param $a i64) (param $b i64) (result i64)
    (if (i64.eqz (local.get $b)) (then (return (local.get $a))))
    (return_call $gcd (local.get $b) (i64.rem_u (local.get $a) (local.get $b))))

  (func $gcds (param $i i64) (param $sum i64) (result i64)
    (if (i64.eqz (local.get $i)) (then (return (local.get $sum))))
    (return_call $gcds (i64.sub (local.get $i) (i64.const 1))
      (i64.add (local.get $sum) (call $gcd (i64.const 6469693230) (i64.mul (local.get $i) (i64.const 7919))))))

  ;; Six arguments that change places.
  (func $ring (param $n i32) (param $a i64) (param $b i64) (param $c f64) (param $d f64) (param $e i32) (result i64)
    (if (i32.eqz (local.get $n))
      (then (return (i64.add (i64.add (local.get $a) (local.get $b))
        (i64.add (i64.trunc_f64_s (f64.add (local.get $c) (local.get $d))) (i64.extend_i32_u (local.get $e)))))))
    (return_call $ring (i32.sub (local.get $n) (i32.const 1)) (local.get $b)
      (i64.add (local.get $a) (i64.extend_i32_u (local.get $e))) (local.get $d)
      (f64.sub (f64.const 3) (local.get $c)) (i32.xor (local.get $e) (local.get $n))))

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
    (local $sum i64)
    (local.set $sum (i64.extend_i32_u (call $is_even (i32.const 20000001) (i32.const 7))))
    (local.set $sum (call $scan_all (i32.const 300000) (local.get $sum)))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (call $gcds (i64.const 300000) (i64.const 0))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
      (call $ring (i32.const 10000000) (i64.const 1) (i64.const 2) (f64.const 3) (f64.const 4) (i32.const 5))))
    (call $report (local.get $sum) (i64.const 0xf50a17084f1e4063))))
