;; Exceptions as programs use them: a number in a text that cannot be read, a search that ends deep in its recursion,
;; and clean-up on the way out that passes the exception on. Most calls inside try_table do not throw; what is thrown is
;; caught one frame or ten frames further out, with its values. Entering a handler, throwing and finding it decide.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; The output: the name, and from 64 on sixteen digits with an end of line.
  (data (i32.const 0) "\35\00\00\00\1c\00\00\00")
  (data (i32.const 53) "exceptions ")
  (data (i32.const 96) "0123456789abcdef")
  (data (i32.const 256) "12,7x,409,,77,1024,3a,99999,5,-,31,8,640,z9,2048,17,")

  (tag $malformed (param i32))           ;; where
  (tag $found (param i32 i64))           ;; what, and a mark of the way
  (tag $limit)
  (global $cleaned (mut i64) (i64.const 0))

  ;; The number from $at up to a comma. Throws if there is something else.
  (func $parse (param $at i32) (result i32 i32)
    (local $value i32) (local $digit i32) (local $start i32)
    (local.set $start (local.get $at))
    (loop $digits
      (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then
          (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10)) (local.get $digit)))
          (if (i32.gt_u (local.get $value) (i32.const 50000)) (then (throw $limit)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $digits))))
    (if (i32.or (i32.ne (local.get $digit) (i32.const -4)) (i32.eq (local.get $at) (local.get $start)))
      (then (throw $malformed (local.get $at))))
    (local.get $value)
    (i32.add (local.get $at) (i32.const 1)))

  ;; All numbers of the text added up; for one that cannot be read, the place where that was seen.
  (func $parse_all (param $times i32) (result i64)
    (local $at i32) (local $value i32) (local $sum i64)
    (loop $repeat
      (local.set $at (i32.const 256))
      (loop $numbers
        (block $next
          (block $too_large
            (block $wrong (result i32)
              (try_table (catch $malformed $wrong) (catch $limit $too_large)
                (call $parse (local.get $at))
                (local.set $at)
                (local.set $value))
              (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 3)) (i64.extend_i32_u (local.get $value))))
              (br $next))
            (local.set $at)
            (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $at))))
            (local.set $at (call $after_comma (local.get $at)))
            (br $next))
          (local.set $sum (i64.xor (local.get $sum) (i64.const 0x5555)))
          (local.set $at (call $after_comma (local.get $at))))
        (br_if $numbers (i32.lt_u (local.get $at) (i32.const 307))))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $repeat (local.get $times)))
    (local.get $sum))

  (func $after_comma (param $at i32) (result i32)
    (loop $more
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $more (i32.ne (i32.load8_u (i32.sub (local.get $at) (i32.const 1))) (i32.const 44))))
    (local.get $at))

  ;; Searches a tree that is only numbers: the children of n are 2n and 2n + 1. Throws what it finds.
  (func $search (param $node i32) (param $depth i32) (param $wanted i32)
    (if (i32.eqz (i32.rem_u (i32.mul (local.get $node) (i32.const 2654435761)) (local.get $wanted)))
      (then (throw $found (local.get $node) (i64.extend_i32_u (local.get $depth)))))
    (if (i32.eqz (local.get $depth)) (then (return)))
    (call $search (i32.shl (local.get $node) (i32.const 1)) (i32.sub (local.get $depth) (i32.const 1))
      (local.get $wanted))
    (call $search (i32.or (i32.shl (local.get $node) (i32.const 1)) (i32.const 1))
      (i32.sub (local.get $depth) (i32.const 1)) (local.get $wanted)))

  (func $searches (param $times i32) (result i64)
    (local $sum i64) (local $node i32) (local $mark i64)
    (loop $repeat
      (block $nothing
        (block $hit (result i32 i64)
          (try_table (catch $found $hit)
            (call $search (i32.const 3) (i32.const 10)
              (i32.add (i32.const 1009) (i32.and (local.get $times) (i32.const 511)))))
          (br $nothing))
        (local.set $mark)
        (local.set $node)
        (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
          (i64.add (local.get $mark) (i64.extend_i32_u (local.get $node))))))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $repeat (local.get $times)))
    (local.get $sum))

  ;; Every frame cleans up whatever comes by, and lets it go on.
  (func $with_cleanup (param $depth i32) (param $seed i32)
    (if (i32.eqz (local.get $depth))
      (then
        (if (i32.and (local.get $seed) (i32.const 3)) (then (throw $malformed (local.get $seed))))
        (return)))
    (block $passing (result exnref)
      (try_table (catch_all_ref $passing)
        (call $with_cleanup (i32.sub (local.get $depth) (i32.const 1)) (local.get $seed)))
      (return))
    (global.set $cleaned (i64.add (global.get $cleaned) (i64.extend_i32_u (local.get $depth))))
    (throw_ref))

  (func $cleanups (param $times i32) (result i64)
    (local $sum i64)
    (loop $repeat
      (block $fine
        (block $caught (result i32)
          (try_table (catch $malformed $caught)
            (call $with_cleanup (i32.and (local.get $times) (i32.const 15)) (local.get $times)))
          (br $fine))
        (i64.extend_i32_u)
        (local.set $sum (i64.add (local.get $sum))))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $repeat (local.get $times)))
    (i64.add (local.get $sum) (global.get $cleaned)))

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
    (local.set $sum (call $parse_all (i32.const 60000)))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (call $searches (i32.const 30000))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (call $cleanups (i32.const 120000))))
    (call $report (local.get $sum) (i64.const 0x156f4680350f81dc))))
