;; The inner loop of `convolution.ts`. Bytes stand in `convolution-wasm.ts`: `npm run assemble` after a change.
(module
  (memory (export "memory") 1)

  ;; target[i] = the sum over all taps k of taps[k] * source[i + k * step], sixteen numbers a round.
  ;; All are byte addresses, but for $step, the bytes from a tap's number to the next one's.
  (func (export "convolve")
    (param $source i32) (param $target i32)
    (param $taps i32) (param $taps_end i32)
    (param $target_end i32) (param $step i32)
    (local $from i32) (local $tap i32)
    (local $weight v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)

    (loop $round
      (local.set $sum0 (v128.const f32x4 0 0 0 0))
      (local.set $sum1 (v128.const f32x4 0 0 0 0))
      (local.set $sum2 (v128.const f32x4 0 0 0 0))
      (local.set $sum3 (v128.const f32x4 0 0 0 0))
      (local.set $from (local.get $source))
      (local.set $tap (local.get $taps))

      (loop $each_tap
        (local.set $weight (v128.load32_splat (local.get $tap)))
        (local.set $sum0
          (f32x4.add (f32x4.mul (v128.load (local.get $from)) (local.get $weight)) (local.get $sum0)))
        (local.set $sum1
          (f32x4.add (f32x4.mul (v128.load offset=16 (local.get $from)) (local.get $weight)) (local.get $sum1)))
        (local.set $sum2
          (f32x4.add (f32x4.mul (v128.load offset=32 (local.get $from)) (local.get $weight)) (local.get $sum2)))
        (local.set $sum3
          (f32x4.add (f32x4.mul (v128.load offset=48 (local.get $from)) (local.get $weight)) (local.get $sum3)))
        (local.set $from (i32.add (local.get $from) (local.get $step)))
        (local.set $tap (i32.add (local.get $tap) (i32.const 4)))
        (br_if $each_tap (i32.lt_u (local.get $tap) (local.get $taps_end))))

      (v128.store (local.get $target) (local.get $sum0))
      (v128.store offset=16 (local.get $target) (local.get $sum1))
      (v128.store offset=32 (local.get $target) (local.get $sum2))
      (v128.store offset=48 (local.get $target) (local.get $sum3))
      (local.set $source (i32.add (local.get $source) (i32.const 64)))
      (local.set $target (i32.add (local.get $target) (i32.const 64)))
      (br_if $round (i32.lt_u (local.get $target) (local.get $target_end))))))
