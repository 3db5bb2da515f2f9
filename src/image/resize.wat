;; The inner loops of `resize.ts`. Bytes stand in `resize-wasm.ts`: `npm run assemble` after a change.
;;
;; Weights are whole numbers, 22 bits of them behind the point; results are rounded and kept within 0 to 255. All parameters
;; are byte addresses or numbers of bytes.
(module
  (memory (export "memory") 1)

  ;; A row of pixels of three bytes at another width: each pixel from $target to $end is the sum of those from its $starts
  ;; on (bytes behind $source), as many as its $counts (bytes of their weights), times its weights. Weights of neighbours
  ;; stand $stride apart. Reads and writes a byte beyond the last pixel.
  (func (export "across")
    (param $source i32) (param $target i32) (param $end i32)
    (param $starts i32) (param $counts i32) (param $weights i32) (param $stride i32)
    (local $from i32) (local $weight i32) (local $last i32)
    (local $sum v128)

    (loop $pixel
      (local.set $sum (i32x4.splat (i32.const 0x200000)))
      (local.set $from (i32.add (local.get $source) (i32.load (local.get $starts))))
      (local.set $weight (local.get $weights))
      (local.set $last (i32.add (local.get $weights) (i32.load (local.get $counts))))

      (loop $tap
        (local.set $sum
          (i32x4.add
            (local.get $sum)
            (i32x4.mul
              (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $from))))
              (v128.load32_splat (local.get $weight)))))
        (local.set $from (i32.add (local.get $from) (i32.const 3)))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $tap (i32.lt_u (local.get $weight) (local.get $last))))

      (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
      (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 4)))
      (local.set $weights (i32.add (local.get $weights) (local.get $stride)))
      (local.set $target (i32.add (local.get $target) (i32.const 3)))
      (br_if $pixel (i32.lt_u (local.get $target) (local.get $end)))))

  ;; A row as the sum of those that begin at the addresses in $rows, times the weights from $weights to $last: its bytes from
  ;; $target to $end, sixteen a round, so that up to fifteen beyond them are read and written.
  (func (export "down")
    (param $rows i32) (param $weights i32) (param $last i32) (param $target i32) (param $end i32)
    (local $offset i32) (local $row i32) (local $weight i32)
    (local $factor v128) (local $bytes v128) (local $half v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)

    (loop $round
      (local.set $sum0 (i32x4.splat (i32.const 0x200000)))
      (local.set $sum1 (local.get $sum0))
      (local.set $sum2 (local.get $sum0))
      (local.set $sum3 (local.get $sum0))
      (local.set $row (local.get $rows))
      (local.set $weight (local.get $weights))

      (loop $tap
        (local.set $factor (v128.load32_splat (local.get $weight)))
        (local.set $bytes (v128.load (i32.add (i32.load (local.get $row)) (local.get $offset))))
        (local.set $half (i16x8.extend_low_i8x16_u (local.get $bytes)))
        (local.set $sum0
          (i32x4.add (local.get $sum0) (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $half)) (local.get $factor))))
        (local.set $sum1
          (i32x4.add (local.get $sum1) (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $half)) (local.get $factor))))
        (local.set $half (i16x8.extend_high_i8x16_u (local.get $bytes)))
        (local.set $sum2
          (i32x4.add (local.get $sum2) (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $half)) (local.get $factor))))
        (local.set $sum3
          (i32x4.add (local.get $sum3) (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $half)) (local.get $factor))))
        (local.set $row (i32.add (local.get $row) (i32.const 4)))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $tap (i32.lt_u (local.get $weight) (local.get $last))))

      (v128.store
        (local.get $target)
        (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (local.get $sum0) (i32.const 22))
            (i32x4.shr_s (local.get $sum1) (i32.const 22)))
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (local.get $sum2) (i32.const 22))
            (i32x4.shr_s (local.get $sum3) (i32.const 22)))))
      (local.set $offset (i32.add (local.get $offset) (i32.const 16)))
      (local.set $target (i32.add (local.get $target) (i32.const 16)))
      (br_if $round (i32.lt_u (local.get $target) (local.get $end))))))
