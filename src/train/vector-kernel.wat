;; The passes of `vector-kernel.ts` over vectors, four numbers at a time.
;; Bytes stand in `vector-kernel-wasm.ts`: `npm run assemble` after a change.
;;
;; A function's vectors lie one after another from address 0, each with room for 8192 numbers (32768 bytes), in the order
;; that the comment on it names. It changes those before the bar. $end is the bytes of each that hold numbers.
(module
  (memory (export "memory") 3)

  ;; first, second, weight, average | slope
  (func (export "adam")
    (param $end i32)
    (param $beta1 f32) (param $share1 f32) (param $beta2 f32) (param $share2 f32)
    (param $size f32) (param $floor f32) (param $forget f32)
    (local $at i32)
    (local $beta1s v128) (local $share1s v128) (local $beta2s v128) (local $share2s v128)
    (local $sizes v128) (local $floors v128) (local $forgets v128)
    (local $first v128) (local $second v128) (local $weight v128) (local $average v128) (local $slope v128)
    (local.set $beta1s (f32x4.splat (local.get $beta1)))
    (local.set $share1s (f32x4.splat (local.get $share1)))
    (local.set $beta2s (f32x4.splat (local.get $beta2)))
    (local.set $share2s (f32x4.splat (local.get $share2)))
    (local.set $sizes (f32x4.splat (local.get $size)))
    (local.set $floors (f32x4.splat (local.get $floor)))
    (local.set $forgets (f32x4.splat (local.get $forget)))
    (loop $four
      (local.set $first (v128.load (local.get $at)))
      (local.set $second (v128.load offset=32768 (local.get $at)))
      (local.set $weight (v128.load offset=65536 (local.get $at)))
      (local.set $average (v128.load offset=98304 (local.get $at)))
      (local.set $slope (v128.load offset=131072 (local.get $at)))
      ;; first = beta1 * first + share1 * slope
      (local.set $first
        (f32x4.add
          (f32x4.mul (local.get $beta1s) (local.get $first))
          (f32x4.mul (local.get $share1s) (local.get $slope))))
      ;; second = beta2 * second + share2 * slope²
      (local.set $second
        (f32x4.add
          (f32x4.mul (local.get $beta2s) (local.get $second))
          (f32x4.mul (local.get $share2s) (f32x4.mul (local.get $slope) (local.get $slope)))))
      ;; weight = weight - size * first / (√second + floor)
      (local.set $weight
        (f32x4.sub
          (local.get $weight)
          (f32x4.div
            (f32x4.mul (local.get $sizes) (local.get $first))
            (f32x4.add (f32x4.sqrt (local.get $second)) (local.get $floors)))))
      ;; average = average + forget * (weight - average)
      (local.set $average
        (f32x4.add
          (local.get $average)
          (f32x4.mul (local.get $forgets) (f32x4.sub (local.get $weight) (local.get $average)))))
      (v128.store (local.get $at) (local.get $first))
      (v128.store offset=32768 (local.get $at) (local.get $second))
      (v128.store offset=65536 (local.get $at) (local.get $weight))
      (v128.store offset=98304 (local.get $at) (local.get $average))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $at) (local.get $end)))))

  ;; momentum, ahead | slope
  (func (export "lookAhead")
    (param $end i32) (param $keep f32) (param $share f32)
    (local $at i32)
    (local $keeps v128) (local $shares v128)
    (local $momentum v128) (local $ahead v128) (local $pull v128)
    (local.set $keeps (f32x4.splat (local.get $keep)))
    (local.set $shares (f32x4.splat (local.get $share)))
    (loop $four
      (local.set $momentum (v128.load (local.get $at)))
      ;; momentum = keep * momentum + share * slope
      (local.set $pull (f32x4.mul (local.get $shares) (v128.load offset=65536 (local.get $at))))
      (local.set $momentum (f32x4.add (f32x4.mul (local.get $keeps) (local.get $momentum)) (local.get $pull)))
      ;; ahead = keep * momentum + share * slope, of the new momentum
      (local.set $ahead (f32x4.add (f32x4.mul (local.get $keeps) (local.get $momentum)) (local.get $pull)))
      (v128.store (local.get $at) (local.get $momentum))
      (v128.store offset=32768 (local.get $at) (local.get $ahead))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $at) (local.get $end)))))

  ;; weight, average | move
  (func (export "follow")
    (param $end i32) (param $rate f32) (param $forget f32)
    (local $at i32)
    (local $rates v128) (local $forgets v128)
    (local $weight v128) (local $average v128)
    (local.set $rates (f32x4.splat (local.get $rate)))
    (local.set $forgets (f32x4.splat (local.get $forget)))
    (loop $four
      (local.set $average (v128.load offset=32768 (local.get $at)))
      ;; weight = weight - rate * move
      (local.set $weight
        (f32x4.sub
          (v128.load (local.get $at))
          (f32x4.mul (local.get $rates) (v128.load offset=65536 (local.get $at)))))
      ;; average = average + forget * (weight - average)
      (local.set $average
        (f32x4.add
          (local.get $average)
          (f32x4.mul (local.get $forgets) (f32x4.sub (local.get $weight) (local.get $average)))))
      (v128.store (local.get $at) (local.get $weight))
      (v128.store offset=32768 (local.get $at) (local.get $average))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $at) (local.get $end)))))

  ;; sum | other
  (func (export "addTimes")
    (param $end i32) (param $share f32)
    (local $at i32)
    (local $shares v128)
    (local.set $shares (f32x4.splat (local.get $share)))
    (loop $four
      ;; sum = (sum + other) * share
      (v128.store (local.get $at)
        (f32x4.mul
          (f32x4.add (v128.load (local.get $at)) (v128.load offset=32768 (local.get $at)))
          (local.get $shares)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $at) (local.get $end))))))
