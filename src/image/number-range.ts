/** Pixels that are plain numbers, as programs for measuring write them, as bytes. */

/** Where numbers that are no higher lie between 0 and 1, but for what resampling added. */
const UNIT = 2
/** The same for those of bytes. */
const BYTES = 510

/**
 * Bytes for numbers of any range: those of 0 to 1 and of 0 to 255 keep their range, others are stretched from their lowest,
 * if it is below 0, or else from 0, to their highest. What is no number is 0.
 */
export function bytesOfRange(values: ArrayLike<number>): Uint8Array {
  let lowest = 0
  let highest = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (value < lowest && value > Number.NEGATIVE_INFINITY) lowest = value
    if (value > highest && value < Number.POSITIVE_INFINITY) highest = value
  }
  // Ringing goes a little below black.
  const black = lowest < -0.1 * highest ? lowest : 0
  const white = black < 0 ? highest : highest <= UNIT ? 1 : highest <= BYTES ? 255 : highest
  const scale = 255 / (white - black || 1)
  // Clamped arrays round, and make 0 of what is no number.
  return new Uint8Array(Uint8ClampedArray.from(values, (value) => (value - black) * scale).buffer)
}
