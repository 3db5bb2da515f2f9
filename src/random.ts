/** Seeded random numbers: the same seed gives the same numbers everywhere. */

/** The next number, uniform in [0, 1). */
export type Random = () => number

/** A generator of 32-bit state: Weyl sequence and the MurmurHash3 finaliser (splitmix32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    return mix(state) / 2 ** 32
  }
}

/** One unsigned 32-bit seed from several integers; order matters. */
export function deriveSeed(...parts: readonly number[]): number {
  let seed = 0x243f6a88
  for (const part of parts) seed = mix((mix(part >>> 0) ^ Math.imul(seed, 0x01000193)) >>> 0)
  return seed
}

function mix(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
