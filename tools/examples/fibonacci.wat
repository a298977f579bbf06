;; Exported functions, to be called one by one:
;;
;;   invar run --invoke fibonacci tools/examples/fibonacci.wat 30
;;   invar run --invoke divide tools/examples/fibonacci.wat 7 2      (two results)
(module
  (func $fibonacci (export "fibonacci") (param $n i32) (result i64)
    (if (result i64) (i32.lt_u (local.get $n) (i32.const 2))
      (then (i64.extend_i32_u (local.get $n)))
      (else
        (i64.add
          (call $fibonacci (i32.sub (local.get $n) (i32.const 1)))
          (call $fibonacci (i32.sub (local.get $n) (i32.const 2)))))))

  ;; Quotient and remainder; a trap if $b is 0.
  (func (export "divide") (param $a i32) (param $b i32) (result i32 i32)
    (i32.div_s (local.get $a) (local.get $b))
    (i32.rem_s (local.get $a) (local.get $b))))
