;; Arrays on the collected heap: a sieve on bytes, products of matrices that are arrays of rows, vectors that grow by
;; copying, and strings of 16-bit units that are sliced and joined. Bounds checks, element loads and stores of all
;; widths, bulk copies and large allocations decide.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; The output: the name, and from 64 on sixteen digits with an end of line.
  (data (i32.const 0) "\36\00\00\00\1b\00\00\00")
  (data (i32.const 54) "gc_arrays ")
  (data (i32.const 96) "0123456789abcdef")

  (type $bytes (array (mut i8)))
  (type $units (array (mut i16)))
  (type $words (array (mut i32)))
  (type $row (array (mut f64)))
  (type $matrix (array (mut (ref null $row))))
  (type $vector (struct (field $items (mut (ref $words))) (field $length (mut i32))))
  (data $proverb "invar keeps its length whatever the temperature, and this sentence its words")

  ;; How many primes are below the limit?
  (func $sieve (param $limit i32) (result i32)
    (local $composite (ref $bytes)) (local $i i32) (local $j i32) (local $count i32)
    (local.set $composite (array.new_default $bytes (local.get $limit)))
    (local.set $i (i32.const 2))
    (loop $numbers
      (if (i32.eqz (array.get_u $bytes (local.get $composite) (local.get $i)))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $j (i32.add (local.get $i) (local.get $i)))
          (block $struck
            (loop $strike
              (br_if $struck (i32.ge_u (local.get $j) (local.get $limit)))
              (array.set $bytes (local.get $composite) (local.get $j) (i32.const 1))
              (local.set $j (i32.add (local.get $j) (local.get $i)))
              (br $strike)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $numbers (i32.lt_u (local.get $i) (local.get $limit))))
    (local.get $count))

  (func $make_matrix (param $size i32) (param $seed i32) (result (ref $matrix))
    (local $matrix (ref $matrix)) (local $row (ref $row)) (local $i i32) (local $j i32)
    (local.set $matrix (array.new_default $matrix (local.get $size)))
    (loop $rows
      (local.set $row (array.new $row (f64.const 0) (local.get $size)))
      (local.set $j (i32.const 0))
      (loop $columns
        (array.set $row (local.get $row) (local.get $j)
          (f64.convert_i32_u (i32.rem_u
            (i32.add (i32.mul (local.get $i) (local.get $seed)) (i32.mul (local.get $j) (i32.const 13)))
            (i32.const 17))))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $columns (i32.lt_u (local.get $j) (local.get $size))))
      (array.set $matrix (local.get $matrix) (local.get $i) (local.get $row))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $i) (local.get $size))))
    (local.get $matrix))

  (func $multiply (param $a (ref $matrix)) (param $b (ref $matrix)) (result (ref $matrix))
    (local $size i32) (local $c (ref $matrix)) (local $row (ref $row)) (local $left (ref $row))
    (local $i i32) (local $j i32) (local $k i32) (local $sum f64)
    (local.set $size (array.len (local.get $a)))
    (local.set $c (array.new_default $matrix (local.get $size)))
    (loop $rows
      (local.set $row (array.new_default $row (local.get $size)))
      (local.set $left (ref.as_non_null (array.get $matrix (local.get $a) (local.get $i))))
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $sum (f64.const 0))
        (local.set $k (i32.const 0))
        (loop $terms
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul (array.get $row (local.get $left) (local.get $k))
                     (array.get $row (array.get $matrix (local.get $b) (local.get $k)) (local.get $j)))))
          (local.set $k (i32.add (local.get $k) (i32.const 1)))
          (br_if $terms (i32.lt_u (local.get $k) (local.get $size))))
        (array.set $row (local.get $row) (local.get $j) (local.get $sum))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $columns (i32.lt_u (local.get $j) (local.get $size))))
      (array.set $matrix (local.get $c) (local.get $i) (local.get $row))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $i) (local.get $size))))
    (local.get $c))

  (func $push (param $vector (ref $vector)) (param $item i32)
    (local $longer (ref $words)) (local $length i32)
    (local.set $length (struct.get $vector $length (local.get $vector)))
    (if (i32.eq (local.get $length) (array.len (struct.get $vector $items (local.get $vector))))
      (then
        (local.set $longer (array.new_default $words (i32.shl (local.get $length) (i32.const 1))))
        (array.copy $words $words (local.get $longer) (i32.const 0)
          (struct.get $vector $items (local.get $vector)) (i32.const 0) (local.get $length))
        (struct.set $vector $items (local.get $vector) (local.get $longer))))
    (array.set $words (struct.get $vector $items (local.get $vector)) (local.get $length) (local.get $item))
    (struct.set $vector $length (local.get $vector) (i32.add (local.get $length) (i32.const 1))))

  ;; A vector of pseudorandom numbers, sorted by insertion into place of its halves' leading parts.
  (func $fill_vector (param $count i32) (param $seed i32) (result (ref $vector))
    (local $vector (ref $vector))
    (local.set $vector (struct.new $vector (array.new_default $words (i32.const 4)) (i32.const 0)))
    (loop $items
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
      (call $push (local.get $vector) (i32.shr_u (local.get $seed) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $items (local.get $count)))
    (local.get $vector))

  ;; Shell's sort, with gaps that halve.
  (func $sort (param $items (ref $words)) (param $length i32)
    (local $gap i32) (local $i i32) (local $j i32) (local $item i32)
    (local.set $gap (i32.shr_u (local.get $length) (i32.const 1)))
    (loop $gaps
      (local.set $i (local.get $gap))
      (loop $elements
        (local.set $item (array.get $words (local.get $items) (local.get $i)))
        (local.set $j (local.get $i))
        (block $placed
          (loop $back
            (br_if $placed (i32.lt_u (local.get $j) (local.get $gap)))
            (br_if $placed (i32.le_u
              (array.get $words (local.get $items) (i32.sub (local.get $j) (local.get $gap))) (local.get $item)))
            (array.set $words (local.get $items) (local.get $j)
              (array.get $words (local.get $items) (i32.sub (local.get $j) (local.get $gap))))
            (local.set $j (i32.sub (local.get $j) (local.get $gap)))
            (br $back)))
        (array.set $words (local.get $items) (local.get $j) (local.get $item))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $elements (i32.lt_u (local.get $i) (local.get $length))))
      (local.set $gap (i32.shr_u (local.get $gap) (i32.const 1)))
      (br_if $gaps (local.get $gap))))

  (func $hash_words (param $items (ref $words)) (param $length i32) (result i64)
    (local $i i32) (local $sum i64)
    (loop $all
      (local.set $sum (i64.mul (i64.xor (local.get $sum)
        (i64.extend_i32_u (array.get $words (local.get $items) (local.get $i)))) (i64.const 0x100000001b3)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $all (i32.lt_u (local.get $i) (local.get $length))))
    (local.get $sum))

  (func $widen (param $text (ref $bytes)) (result (ref $units))
    (local $units (ref $units)) (local $i i32)
    (local.set $units (array.new_default $units (array.len (local.get $text))))
    (loop $all
      (array.set $units (local.get $units) (local.get $i) (array.get_u $bytes (local.get $text) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $all (i32.lt_u (local.get $i) (array.len (local.get $text)))))
    (local.get $units))

  ;; The units after `at` before those up to it: a new string, in which one unit is replaced.
  (func $turn (param $text (ref $units)) (param $at i32) (result (ref $units))
    (local $turned (ref $units)) (local $length i32)
    (local.set $length (array.len (local.get $text)))
    (local.set $turned (array.new_default $units (local.get $length)))
    (array.copy $units $units (local.get $turned) (i32.const 0) (local.get $text) (local.get $at)
      (i32.sub (local.get $length) (local.get $at)))
    (array.copy $units $units (local.get $turned) (i32.sub (local.get $length) (local.get $at)) (local.get $text)
      (i32.const 0) (local.get $at))
    (array.fill $units (local.get $turned) (local.get $at) (i32.add (i32.const 0x8000) (local.get $at)) (i32.const 1))
    (local.get $turned))

  (func $hash_units (param $text (ref $units)) (result i64)
    (local $i i32) (local $sum i64)
    (loop $all
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
        (i64.extend_i32_s (array.get_s $units (local.get $text) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $all (i32.lt_u (local.get $i) (array.len (local.get $text)))))
    (local.get $sum))

  (func $strings (param $times i32) (result i64)
    (local $text (ref $units)) (local $sum i64)
    (local.set $text (call $widen (array.new_data $bytes $proverb (i32.const 0) (i32.const 76))))
    (loop $turns
      (local.set $text (call $turn (local.get $text)
        (i32.rem_u (i32.mul (local.get $times) (i32.const 7)) (i32.const 76))))
      (if (i32.eqz (i32.and (local.get $times) (i32.const 7)))
        (then (local.set $sum
          (i64.add (i64.mul (local.get $sum) (i64.const 17)) (call $hash_units (local.get $text))))))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $turns (local.get $times)))
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
    (local $sum i64) (local $i i32) (local $product (ref $matrix)) (local $vector (ref $vector))
    (local.set $i (i32.const 4))
    (loop $sieves
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
        (i64.extend_i32_u (call $sieve (i32.const 1000000)))))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (br_if $sieves (local.get $i)))
    (local.set $product (call $multiply (call $make_matrix (i32.const 180) (i32.const 7))
                                        (call $make_matrix (i32.const 180) (i32.const 5))))
    (local.set $product (call $multiply (local.get $product) (call $make_matrix (i32.const 180) (i32.const 3))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.trunc_f64_u
      (array.get $row (array.get $matrix (local.get $product) (i32.const 17)) (i32.const 71)))))
    (local.set $i (i32.const 12))
    (loop $vectors
      (local.set $vector (call $fill_vector (i32.const 60000) (local.get $i)))
      (call $sort (struct.get $vector $items (local.get $vector)) (struct.get $vector $length (local.get $vector)))
      (local.set $sum (i64.xor (local.get $sum) (call $hash_words
        (struct.get $vector $items (local.get $vector)) (struct.get $vector $length (local.get $vector)))))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (br_if $vectors (local.get $i)))
    (call $report (i64.add (local.get $sum) (call $strings (i32.const 1000000)))
      (i64.const 0xa710b95f06dd57e9))))
