;; Frames of tens of thousands of locals: cleared at each call, checked against the stack's end before they are used.
;; In binary, for a count of locals of one type is one number there.

;; "last", "recurse": one parameter, 49990 locals of type i64. "last" sets the last one to its parameter and returns it plus
;; one in the middle. "recurse" keeps n in the last one and returns n + recurse(n - 1).
;; "vectors": 25,000 locals of type v128.
(module binary
  "\00\61\73\6d\01\00\00\00\01\06\01\60\01\7e\01\7e\03\04\03\00\00\00\07\1c\03\04\6c\61\73\74\00\00"
  "\07\72\65\63\75\72\73\65\00\01\07\76\65\63\74\6f\72\73\00\02\0a\55\03\15\01\c6\86\03\7e\20\00\21"
  "\c6\86\03\20\c6\86\03\20\a3\c3\01\7c\0b\21\01\c6\86\03\7e\20\00\50\04\7e\42\00\05\20\00\21\c6\86"
  "\03\20\00\42\01\7d\10\01\20\c6\86\03\7c\0b\0b\1b\01\a8\c3\01\7b\20\00\fd\12\21\a8\c3\01\20\a8\c3"
  "\01\fd\1d\01\20\0d\fd\1d\00\7c\0b"
)
(assert_return (invoke "last" (i64.const 7)) (i64.const 7))
(assert_return (invoke "recurse" (i64.const 0)) (i64.const 0))
(assert_return (invoke "recurse" (i64.const 10)) (i64.const 55))
(assert_return (invoke "last" (i64.const 8)) (i64.const 8))
(assert_exhaustion (invoke "recurse" (i64.const 1_000_000)) "call stack exhausted")
(assert_return (invoke "recurse" (i64.const 10)) (i64.const 55))
(assert_return (invoke "vectors" (i64.const 9)) (i64.const 9))

;; More locals than 32 bits can count.
(assert_malformed
  (module binary
  "\00\61\73\6d\01\00\00\00\01\06\01\60\01\7e\01\7e\03\02\01\00\07\01\00\0a\0e\01\0c\02\ff\ff\ff\ff"
  "\0f\7e\01\7e\20\00\0b"
  )
  "too many locals")
