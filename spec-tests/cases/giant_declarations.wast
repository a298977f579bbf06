;; Declarations of the greatest size: what is only declared costs nothing, what cannot be is refused with one clear error.

;; Defined, not instantiated.
(module definition (memory 65536))
(module definition (memory 0 65536) (memory 65536 65536))
(module definition (memory i64 0x1_0000_0000_0000))
(module definition (table 0xffff_ffff funcref))
(module definition (table i64 0xffff_ffff_ffff_ffff externref))
(module definition (table 0xffff_ffff 0xffff_ffff funcref) (memory 65536))

;; Instantiated: the maximum is a promise, not a demand.
(module
  (memory $m 0 65536)
  (memory $w i64 1 0x1_0000_0000_0000)
  (table $t 0 0xffff_ffff funcref)
  (table $v i64 1 0xffff_ffff_ffff_ffff externref)
  (func (export "sizes") (result i32 i64 i32 i64)
    (memory.size $m) (memory.size $w) (table.size $t) (table.size $v))
  (func (export "grow memory") (param i32) (result i32) (memory.grow $m (local.get 0)))
  (func (export "grow wide memory") (param i64) (result i64) (memory.grow $w (local.get 0)))
  (func (export "grow table") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0)))
  (func (export "grow wide table") (param i64) (result i64) (table.grow $v (ref.null extern) (local.get 0))))
(assert_return (invoke "sizes") (i32.const 0) (i64.const 1) (i32.const 0) (i64.const 1))
;; Beyond the maximum, also where old size and delta overflow together.
(assert_return (invoke "grow memory" (i32.const 65537)) (i32.const -1))
(assert_return (invoke "grow memory" (i32.const -1)) (i32.const -1))
(assert_return (invoke "grow wide memory" (i64.const 0x1_0000_0000_0000)) (i64.const -1))
(assert_return (invoke "grow wide memory" (i64.const -1)) (i64.const -1))
(assert_return (invoke "grow wide table" (i64.const -1)) (i64.const -1))
(assert_return (invoke "sizes") (i32.const 0) (i64.const 1) (i32.const 0) (i64.const 1))
;; And a little still works.
(assert_return (invoke "grow memory" (i32.const 1)) (i32.const 0))
(assert_return (invoke "grow wide memory" (i64.const 1)) (i64.const 1))
(assert_return (invoke "grow table" (i32.const 1)) (i32.const 0))
(assert_return (invoke "grow wide table" (i64.const 1)) (i64.const 1))
(assert_return (invoke "sizes") (i32.const 1) (i64.const 2) (i32.const 1) (i64.const 2))

;; One more than there can be.
(assert_invalid (module (memory 65537)) "memory size must be at most")
(assert_invalid (module (memory 0 65537)) "memory size must be at most")
(assert_invalid (module (memory i64 0x1_0000_0000_0001)) "memory size must be at most")
(assert_malformed (module quote "(memory 0x1_0000_0000_0000_0000)") "i64 constant out of range")
(assert_invalid (module (memory 2 1)) "size minimum must not be greater than maximum")
(assert_invalid (module (table 0xffff_ffff 0 funcref)) "size minimum must not be greater than maximum")

;; Segments at the ends of the address space.
(assert_trap (module (memory 1) (data (i32.const -1) "ab")) "out of bounds memory access")
(assert_trap (module (memory i64 1) (data (i64.const -1) "ab")) "out of bounds memory access")
(assert_trap (module (memory i64 1) (data (i64.const 0x1_0000) "a")) "out of bounds memory access")
(module (memory i64 1) (data (i64.const 0x1_0000) ""))
(assert_trap (module (memory i64 1) (data (i64.const 0x1_0001) "")) "out of bounds memory access")
(assert_trap (module (table 1 funcref) (elem (i32.const -1) func $f $f) (func $f)) "out of bounds table access")
(assert_trap (module (table i64 1 funcref) (elem (i64.const -1) func $f) (func $f)) "out of bounds table access")

;; Counts that the bytes behind them cannot keep: each is refused before anything is set aside for it.
;; types
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\01\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; imports
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\02\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; functions
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\03\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; tables
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\04\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; memories
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\05\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; globals
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\06\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; exports
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\07\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; element segments
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\09\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; data segments
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\0b\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; tags
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\0d\05\ff\ff\ff\ff\0f")
  "length out of bounds")
;; bodies
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\01\05\01\60\00\01\7f"
    "\03\02\01\00"
    "\0a\05\ff\ff\ff\ff\0f")
  "unexpected end")
;; locals, in sum
(assert_malformed
  (module binary
    "\00\61\73\6d\01\00\00\00"
    "\01\05\01\60\00\01\7f"
    "\03\02\01\00"
    "\0a\12\01\10\02\ff\ff\ff\ff\0f\7f\ff\ff\ff\ff\0f\7f\41\00\0b")
  "too many locals")
