;; A program that goes wrong, to see a trap's backtrace:
;;
;;   invar tools/examples/trap.wat; echo $?      (134)
(module $example
  (memory 1)
  (func $read_far_away (param $address i32) (result i32)
    (i32.load (local.get $address)))
  (func $outer
    (drop (call $read_far_away (i32.const 0x7fffffff))))
  (func $main (export "_start")
    (call $outer)))
