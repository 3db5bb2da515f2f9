/** Initial values of weights. */
import type { Random } from '../random.ts'
import { type Shape, sizeOf } from '../tensor/index.ts'

export type Initializer = (shape: Shape, random: Random) => Float32Array

export function constant(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value)
}

export function values(list: readonly number[]): Initializer {
  return () => Float32Array.from(list)
}

/** Normal with mean 0, by Box and Muller's transform. */
export function normal(deviation: number): Initializer {
  return (shape, random) =>
    Float32Array.from({ length: sizeOf(shape) }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - random()))
      return deviation * radius * Math.cos(2 * Math.PI * random())
    })
}

/** Uniform within ±bound. */
export function uniform(bound: number): Initializer {
  return (shape, random) => Float32Array.from({ length: sizeOf(shape) }, () => (random() * 2 - 1) * bound)
}

/** Filters [O, C, kh, kw]: normal with variance 2 / (O · kh · kw) (He et al., arXiv 1502.01852, fan-out). */
export const kaimingFanOut: Initializer = (shape, random) => {
  const [filters, , ...kernel] = shape
  return normal(Math.sqrt(2 / (filters! * sizeOf(kernel))))(shape, random)
}

/** Matrices [E, D]: uniform within ±sqrt(6 / (D + E)) (Glorot and Bengio, 2010). */
export const xavierUniform: Initializer = (shape, random) => {
  const bound = Math.sqrt(6 / (shape[0]! + shape[1]!))
  return Float32Array.from({ length: sizeOf(shape) }, () => (random() * 2 - 1) * bound)
}
