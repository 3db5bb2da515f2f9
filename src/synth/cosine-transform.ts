/**
 * The cosine transform of 8×8 blocks and its inverse by the way of Arai, Agui and Nakajima: five multiplications for
 * eight numbers, because every frequency stays scaled by a factor that whoever quantizes multiplies with anyway.
 */

/** Numbers along a block's side. */
export const SIDE = 8

const HALF_TURN_SHARES = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379] as const

/**
 * Of frequency `index` (row by row): `toFrequencies` gives the orthonormal transform times 8 times this, and
 * `fromFrequencies` takes it times this over 8.
 */
export function scaleOf(index: number): number {
  return HALF_TURN_SHARES[index >> 3]! * HALF_TURN_SHARES[index & 7]!
}

/** In place; 64 numbers, row by row. */
export function toFrequencies(block: Float64Array): void {
  for (let row = 0; row < 64; row += SIDE) forward(block, row, 1)
  for (let column = 0; column < SIDE; column++) forward(block, column, SIDE)
}

/** In place; 64 numbers, row by row. */
export function fromFrequencies(block: Float64Array): void {
  for (let column = 0; column < SIDE; column++) backward(block, column, SIDE)
  for (let row = 0; row < 64; row += SIDE) backward(block, row, 1)
}

function forward(block: Float64Array, start: number, step: number): void {
  const i1 = start + step
  const i2 = start + 2 * step
  const i3 = start + 3 * step
  const i4 = start + 4 * step
  const i5 = start + 5 * step
  const i6 = start + 6 * step
  const i7 = start + 7 * step
  const sum07 = block[start]! + block[i7]!
  const difference07 = block[start]! - block[i7]!
  const sum16 = block[i1]! + block[i6]!
  const difference16 = block[i1]! - block[i6]!
  const sum25 = block[i2]! + block[i5]!
  const difference25 = block[i2]! - block[i5]!
  const sum34 = block[i3]! + block[i4]!
  const difference34 = block[i3]! - block[i4]!

  const outer = sum07 + sum34
  const outerDifference = sum07 - sum34
  const inner = sum16 + sum25
  const even = (sum16 - sum25 + outerDifference) * Math.SQRT1_2
  block[start] = outer + inner
  block[i4] = outer - inner
  block[i2] = outerDifference + even
  block[i6] = outerDifference - even

  const low = difference34 + difference25
  const middle = (difference25 + difference16) * Math.SQRT1_2
  const high = difference16 + difference07
  const turned = (low - high) * 0.382683433
  const lowTurned = 0.5411961 * low + turned
  const highTurned = 1.306562965 * high + turned
  const plus = difference07 + middle
  const minus = difference07 - middle
  block[i5] = minus + lowTurned
  block[i3] = minus - lowTurned
  block[i1] = plus + highTurned
  block[i7] = plus - highTurned
}

function backward(block: Float64Array, start: number, step: number): void {
  const i1 = start + step
  const i2 = start + 2 * step
  const i3 = start + 3 * step
  const i4 = start + 4 * step
  const i5 = start + 5 * step
  const i6 = start + 6 * step
  const i7 = start + 7 * step
  const f0 = block[start]!
  const f1 = block[i1]!
  const f2 = block[i2]!
  const f3 = block[i3]!
  const f4 = block[i4]!
  const f5 = block[i5]!
  const f6 = block[i6]!
  const f7 = block[i7]!
  // Most columns hold nothing but their mean after rounding.
  if (f1 === 0 && f2 === 0 && f3 === 0 && f4 === 0 && f5 === 0 && f6 === 0 && f7 === 0) {
    for (let index = start + step; index <= i7; index += step) block[index] = f0
    return
  }
  const sum26 = f2 + f6
  const difference26 = (f2 - f6) * Math.SQRT2 - sum26
  const even0 = f0 + f4 + sum26
  const even3 = f0 + f4 - sum26
  const even1 = f0 - f4 + difference26
  const even2 = f0 - f4 - difference26

  const sum53 = f5 + f3
  const difference53 = f5 - f3
  const sum17 = f1 + f7
  const difference17 = f1 - f7
  const turned = (difference53 + difference17) * 1.847759065
  const odd0 = sum17 + sum53
  const odd1 = turned - difference53 * 2.61312593 - odd0
  const odd2 = (sum17 - sum53) * Math.SQRT2 - odd1
  const odd3 = turned - difference17 * 1.0823922 - odd2

  block[start] = even0 + odd0
  block[i7] = even0 - odd0
  block[i1] = even1 + odd1
  block[i6] = even1 - odd1
  block[i2] = even2 + odd2
  block[i5] = even2 - odd2
  block[i3] = even3 + odd3
  block[i4] = even3 - odd3
}
