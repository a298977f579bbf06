;; A WASI program that prints its arguments, one on a line:
;;
;;   invar tools/examples/arguments.wat one "two words" --three
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)

  ;; Memory: 0 count, 4 size, 8 iovec, 16 bytes written, 20 newline, 1024 pointers, 65536 the strings.
  (data (i32.const 20) "\n")

  (func $write (param $at i32) (param $size i32)
    (i32.store (i32.const 8) (local.get $at))
    (i32.store (i32.const 12) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))

  (func $length (param $at i32) (result i32)
    (local $end i32)
    (local.set $end (local.get $at))
    (block $found
      (loop $next
        (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get $at)))

  (func (export "_start")
    (local $pointer i32) (local $end i32) (local $string i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $args_get (i32.const 1024) (i32.const 65536)))
    (local.set $pointer (i32.const 1028)) ;; behind the program's name
    (local.set $end (i32.add (i32.const 1024) (i32.mul (i32.load (i32.const 0)) (i32.const 4))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $pointer) (local.get $end)))
        (local.set $string (i32.load (local.get $pointer)))
        (call $write (local.get $string) (call $length (local.get $string)))
        (call $write (i32.const 20) (i32.const 1))
        (local.set $pointer (i32.add (local.get $pointer) (i32.const 4)))
        (br $next)))))
