;; A function runs in the instance that defines it, however it is reached.

(module $Lib
  (memory (export "memory") 1)
  (global $g (export "g") (mut i32) (i32.const 10))
  (table (export "table") 8 funcref)
  (type $get (func (result i32)))
  (func $get (export "get") (result i32) (i32.add (global.get $g) (i32.load (i32.const 0))))
  (func (export "set") (param i32) (i32.store (i32.const 0) (local.get 0)))
  (func (export "call") (param i32) (result i32) (call_indirect (type $get) (local.get 0)))
  (func (export "call-ref") (param funcref) (result i32)
    (table.set (i32.const 7) (local.get 0))
    (call_indirect (type $get) (i32.const 7)))
  (elem (i32.const 0) $get))
(register "lib" $Lib)

(module $User
  (import "lib" "table" (table 8 funcref))
  (import "lib" "get" (func $lib-get (result i32)))
  (import "lib" "call-ref" (func $lib-call-ref (param funcref) (result i32)))
  (memory 1)
  (global $g (mut i32) (i32.const 1000))
  (type $get (func (result i32)))
  (func $get (export "get") (result i32) (i32.add (global.get $g) (i32.load (i32.const 0))))
  (func (export "set") (param i32) (i32.store (i32.const 0) (local.get 0)))
  (func (export "both") (result i32 i32)
    (call_indirect (type $get) (i32.const 0))
    (call_indirect (type $get) (i32.const 1)))
  (func (export "library's") (result i32) (call $lib-get))
  (func (export "hand over") (result i32) (call $lib-call-ref (ref.func $get)))
  ;; The user's memory before and after a call that changes the library's.
  (func (export "around") (result i32 i32)
    (i32.load (i32.const 0))
    (drop (call $lib-get))
    (i32.load (i32.const 0)))
  (elem (i32.const 1) $get $lib-get))

(invoke $Lib "set" (i32.const 1))
(invoke $User "set" (i32.const 2))
(assert_return (invoke $Lib "get") (i32.const 11))
(assert_return (invoke $User "get") (i32.const 1002))
(assert_return (invoke $User "both") (i32.const 11) (i32.const 1002))
(assert_return (invoke $User "library's") (i32.const 11))
(assert_return (invoke $User "hand over") (i32.const 1002))
(assert_return (invoke $User "around") (i32.const 2) (i32.const 2))
(assert_return (invoke $Lib "call" (i32.const 0)) (i32.const 11))
(assert_return (invoke $Lib "call" (i32.const 1)) (i32.const 1002))
(assert_return (invoke $Lib "call" (i32.const 2)) (i32.const 11))
(assert_trap (invoke $Lib "call" (i32.const 3)) "uninitialized element")
(assert_trap (invoke $Lib "call" (i32.const 8)) "undefined element")

;; A module that fails to instantiate half-way leaves what it did: its function stays callable in the shared table.
(assert_trap
  (module
    (import "lib" "table" (table 8 funcref))
    (memory 1)
    (global $g i32 (i32.const 5))
    (func $left (result i32) (i32.add (global.get $g) (i32.load (i32.const 4))))
    (elem (i32.const 3) $left)
    (data (i32.const 4) "\2a\00\00\00")
    (data (i32.const 65536) "x"))
  "out of bounds memory access")
(assert_return (invoke $Lib "call" (i32.const 3)) (i32.const 47))

;; Types are compared by structure, not by name or index.
(module $Other
  (type $unused (func (param f64)))
  (type $different (func (param i32) (result i32)))
  (type $same (func (result i32)))
  (import "lib" "table" (table 8 funcref))
  (func (export "good") (result i32) (call_indirect (type $same) (i32.const 0)))
  (func (export "bad") (result i32) (call_indirect (type $different) (i32.const 1) (i32.const 0))))
(assert_return (invoke "good") (i32.const 11))
(assert_trap (invoke "bad") "indirect call type mismatch")

;; A trap inside the library, seen by the user's caller; both stay usable.
(module $Trapping
  (import "lib" "set" (func $set (param i32)))
  (func $fail (export "fail")
    (call $set (i32.const 99))
    (unreachable)))
(assert_trap (invoke "fail") "unreachable")
(assert_return (invoke $Lib "get") (i32.const 109))
