;; A WASI program: writes a line to standard output.
;;
;;   invar tools/examples/hello.wat
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $iovs_len i32) (param $nwritten i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param $code i32)))
  (memory (export "memory") 1)

  ;; An iovec: where the bytes are, and how many.
  (data (i32.const 0) "\10\00\00\00" "\12\00\00\00")
  (data (i32.const 16) "Hello from invar!\n")

  (func (export "_start")
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1))))))
