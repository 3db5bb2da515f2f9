/** Draws from the distributions that the synthetic engine's stages are described with. */
import type { Random } from '../random.ts'

/** Uniform in [low, high). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}

/** Log-uniform in [low, high), both positive: as many below the geometric mean as above. */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random()
}

/** Whole number, uniform in [low, high], both ends included. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability
}

/** Normal with mean 0 and deviation 1 (Box and Muller); two numbers are consumed. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/** One item, all alike probable; the list is not empty. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!
}

/** One value of `[value, weight]` pairs, in proportion to the weights. */
export function pickWeighted<T>(random: Random, choices: readonly (readonly [T, number])[]): T {
  let total = 0
  for (const [, weight] of choices) total += weight
  let left = random() * total
  for (const [value, weight] of choices) {
    left -= weight
    if (left < 0) return value
  }
  return choices[choices.length - 1]![0]
}
