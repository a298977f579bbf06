;; Trees of structs: many short-lived ones are built and counted while a long-lived one stays, and a treap is kept in
;; versions, where every insertion copies the way from the root. Allocation of small objects, loads from them, null
;; checks and collections decide.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; The output: the name, and from 64 on sixteen digits with an end of line.
  (data (i32.const 0) "\37\00\00\00\1a\00\00\00")
  (data (i32.const 55) "gc_trees ")
  (data (i32.const 96) "0123456789abcdef")

  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree)) (field $key i32)))
  (type $treap (struct (field $less (ref null $treap)) (field $more (ref null $treap)) (field $value i32)
                       (field $priority i32)))
  ;; The last sixteen versions of the treap.
  (type $versions (array (mut (ref null $treap))))
  (global $random (mut i32) (i32.const 521288629))

  (func $next_random (result i32)
    (local $x i32)
    (local.set $x (global.get $random))
    (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
    (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
    (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
    (global.set $random (local.get $x))
    (local.get $x))

  (func $build (param $depth i32) (param $key i32) (result (ref $tree))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new $tree (ref.null $tree) (ref.null $tree) (local.get $key)))))
    (struct.new $tree
      (call $build (i32.sub (local.get $depth) (i32.const 1)) (i32.shl (local.get $key) (i32.const 1)))
      (call $build (i32.sub (local.get $depth) (i32.const 1))
                   (i32.or (i32.shl (local.get $key) (i32.const 1)) (i32.const 1)))
      (local.get $key)))

  ;; One for each node, and one more if its key is odd.
  (func $count (param $tree (ref null $tree)) (result i32)
    (local $node (ref $tree))
    (local.set $node (block $present (result (ref $tree))
      (br_on_non_null $present (local.get $tree))
      (return (i32.const 0))))
    (i32.add
      (i32.add (i32.const 1) (i32.and (struct.get $tree $key (local.get $node)) (i32.const 1)))
      (i32.add (call $count (struct.get $tree $left (local.get $node)))
               (call $count (struct.get $tree $right (local.get $node))))))

  (func $short_lived (result i64)
    (local $kept (ref $tree)) (local $round i32) (local $depth i32) (local $i i32) (local $sum i64)
    (local.set $kept (call $build (i32.const 15) (i32.const 1)))
    (loop $rounds
      (local.set $depth (i32.const 5))
      (loop $depths
        (local.set $i (i32.shl (i32.const 1) (i32.sub (i32.const 15) (local.get $depth))))
        (loop $trees
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (local.set $sum (i64.add (local.get $sum)
            (i64.extend_i32_u (call $count (call $build (local.get $depth) (local.get $i))))))
          (br_if $trees (local.get $i)))
        (local.set $depth (i32.add (local.get $depth) (i32.const 2)))
        (br_if $depths (i32.le_u (local.get $depth) (i32.const 15))))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $rounds (i32.lt_u (local.get $round) (i32.const 20))))
    (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.extend_i32_u (call $count (local.get $kept)))))

  (func $insert (param $at (ref null $treap)) (param $value i32) (result (ref $treap))
    (local $node (ref $treap)) (local $child (ref $treap))
    (local.set $node (block $present (result (ref $treap))
      (br_on_non_null $present (local.get $at))
      (return (struct.new $treap (ref.null $treap) (ref.null $treap) (local.get $value) (call $next_random)))))
    (if (i32.lt_u (local.get $value) (struct.get $treap $value (local.get $node)))
      (then
        (local.set $child (call $insert (struct.get $treap $less (local.get $node)) (local.get $value)))
        (if (i32.gt_u (struct.get $treap $priority (local.get $child)) (struct.get $treap $priority (local.get $node)))
          (then (return (struct.new $treap
            (struct.get $treap $less (local.get $child))
            (struct.new $treap (struct.get $treap $more (local.get $child)) (struct.get $treap $more (local.get $node))
              (struct.get $treap $value (local.get $node)) (struct.get $treap $priority (local.get $node)))
            (struct.get $treap $value (local.get $child)) (struct.get $treap $priority (local.get $child))))))
        (return (struct.new $treap (local.get $child) (struct.get $treap $more (local.get $node))
          (struct.get $treap $value (local.get $node)) (struct.get $treap $priority (local.get $node))))))
    (if (i32.gt_u (local.get $value) (struct.get $treap $value (local.get $node)))
      (then
        (local.set $child (call $insert (struct.get $treap $more (local.get $node)) (local.get $value)))
        (if (i32.gt_u (struct.get $treap $priority (local.get $child)) (struct.get $treap $priority (local.get $node)))
          (then (return (struct.new $treap
            (struct.new $treap (struct.get $treap $less (local.get $node)) (struct.get $treap $less (local.get $child))
              (struct.get $treap $value (local.get $node)) (struct.get $treap $priority (local.get $node)))
            (struct.get $treap $more (local.get $child))
            (struct.get $treap $value (local.get $child)) (struct.get $treap $priority (local.get $child))))))
        (return (struct.new $treap (struct.get $treap $less (local.get $node)) (local.get $child)
          (struct.get $treap $value (local.get $node)) (struct.get $treap $priority (local.get $node))))))
    (local.get $node))

  (func $contains (param $at (ref null $treap)) (param $value i32) (result i32)
    (block $absent
      (loop $down
        (br_if $absent (ref.is_null (local.get $at)))
        (if (i32.eq (local.get $value) (struct.get $treap $value (local.get $at))) (then (return (i32.const 1))))
        (local.set $at (if (result (ref null $treap))
            (i32.lt_u (local.get $value) (struct.get $treap $value (local.get $at)))
          (then (struct.get $treap $less (local.get $at)))
          (else (struct.get $treap $more (local.get $at)))))
        (br $down)))
    (i32.const 0))

  (func $key (param $i i32) (result i32)
    (i32.shr_u (i32.mul (local.get $i) (i32.const 2654435761)) (i32.const 8)))

  (func $versions_of_treap (result i64)
    (local $versions (ref $versions)) (local $treap (ref null $treap)) (local $i i32) (local $sum i64)
    (local.set $versions (array.new_default $versions (i32.const 16)))
    (loop $insertions
      (local.set $treap (call $insert (local.get $treap) (call $key (local.get $i))))
      (if (i32.eqz (i32.and (local.get $i) (i32.const 255)))
        (then (array.set $versions (local.get $versions)
          (i32.and (i32.shr_u (local.get $i) (i32.const 8)) (i32.const 15)) (local.get $treap))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $insertions (i32.lt_u (local.get $i) (i32.const 60000))))
    ;; Old versions must not have what came later.
    (local.set $i (i32.const 0))
    (loop $lookups
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 3))
        (i64.extend_i32_u (i32.add (call $contains (local.get $treap) (call $key (local.get $i)))
          (call $contains
            (array.get $versions (local.get $versions) (i32.and (local.get $i) (i32.const 15)))
            (call $key (local.get $i)))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $lookups (i32.lt_u (local.get $i) (i32.const 120000))))
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
    (call $report (i64.xor (call $short_lived) (call $versions_of_treap)) (i64.const 0xcd06d28c39c77314))))
