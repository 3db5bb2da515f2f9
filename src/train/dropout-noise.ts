/** The random numbers of dropout: drawn outside the graph, so that a seed and a step give the same masks everywhere. */
import type { Preset } from '../config.ts'
import { mapRows } from '../model/feature-map.ts'
import { textWidthOf } from '../model/rectifier.ts'
import { createRandom, deriveSeed } from '../random.ts'
import type { BatchShape } from './batch-shape.ts'

/** How many random numbers a step needs at once: those of its largest dropout, and room for others to start elsewhere. */
export function noiseLength({ model }: Preset, { size, length, imageWidth }: BatchShape): number {
  const { width, heads, feedForward, dropout, positionDropout } = model.transformer
  if (dropout === 0 && positionDropout === 0) return 0
  const positions = (mapRows(model) * textWidthOf(model, imageWidth)) / 4
  const steps = Math.max(positions, length)
  return size * Math.max(steps * Math.max(width, feedForward), heads * steps * steps) + 65_536
}

/** Uniform noise of one step, the same for the same seed and step. */
export function dropoutNoise(seed: number, step: number, length: number): Float32Array {
  const random = createRandom(deriveSeed(seed, step, 0xd20))
  const noise = new Float32Array(length)
  for (let index = 0; index < length; index++) noise[index] = random()
  return noise
}
