/** Muon's step of matrices, as nodes of a graph: for training steps in JavaScript and on a device alike. */
import {
  add,
  divide,
  matrixProduct,
  multiply,
  reshape,
  squareRoot,
  sum,
  swapLast,
  type Tensor,
} from '../tensor/index.ts'
import type { MatrixStretch } from './optimizer-rules.ts'

/**
 * Coefficients of odd polynomials of degree 5, applied in turn. Each leaves the singular values that those before it made
 * of 0.01 to 1 as near to one as such a polynomial can, the last between 0.73 and 1.27 (Amsel et al., arXiv 2505.16932).
 * One polynomial needs four turns for that.
 */
const POLYNOMIALS = [
  { linear: 8.0934, cubic: -23.6204, quintic: 17.4462 },
  { linear: 3.6366, cubic: -2.7219, quintic: 0.5365 },
  { linear: 2.6613, cubic: -1.9772, quintic: 0.4526 },
] as const
type Polynomial = (typeof POLYNOMIALS)[number]

/** Root mean square of Adam's steps, in learning rates, which these are scaled to (Liu et al., arXiv 2502.16982). */
const STEP_SIZE = 0.2

/**
 * `x[G, M, N]` with the singular values of each matrix near one, by iterations like Newton and Schulz's: those down to a
 * hundredth of the matrix's Schatten 4-norm, smaller ones less.
 */
export function orthogonal(x: Tensor): Tensor {
  const [, rows, columns] = x.shape as [number, number, number]
  if (rows > columns) return swapLast(orthogonal(swapLast(x)))
  const square = matrixProduct(x, swapLast(x))
  // Of X·Xᵀ, the square of X's Schatten 4-norm, which no singular value exceeds.
  const norm = add(squareRoot(sum(multiply(square, square), { axes: [1, 2], keepDimensions: true })), LEAST)
  const start = divide(square, norm)
  const scaled = divide(x, squareRoot(norm))
  return isWide(rows, columns) ? throughGram(start, scaled) : directly(start, scaled)
}

function isWide(rows: number, columns: number): boolean {
  return columns >= 2 * rows
}

/** Multiplications of all of a stretch's products. */
export function orthogonalWork({ count, rows, columns }: MatrixStretch): number {
  const [low, high] = [Math.min(rows, columns), Math.max(rows, columns)]
  const [across, square] = [low * low * high, low ** 3]
  const turns = POLYNOMIALS.length
  // By way of Gram's matrix: X·Xᵀ and the last product; a square a turn, and between turns the three that carry it on.
  const ofOne = isWide(low, high) ? 2 * across + (turns + 3 * (turns - 1)) * square : turns * (2 * across + square)
  return count * ofOne
}

/** Keeps the norm of a matrix of zeros from 0. */
const LEAST = 1e-24

/** Multiplies `x` by the polynomials of its square, `first` of the first. */
function directly(first: Tensor, x: Tensor): Tensor {
  let [square, turned] = [first, x]
  for (const [place, polynomial] of POLYNOMIALS.entries()) {
    if (place > 0) square = matrixProduct(turned, swapLast(turned))
    turned = add(multiply(turned, polynomial.linear), matrixProduct(further(square, polynomial), turned))
  }
  return turned
}

/** The same where `x` is much wider than high: collects the polynomials, which commute, and multiplies once. */
function throughGram(first: Tensor, x: Tensor): Tensor {
  const identity = x.graph.constant(unit(first.shape[1]!), [1, first.shape[1]!, first.shape[1]!])
  let [square, product] = [first, identity]
  for (const [place, polynomial] of POLYNOMIALS.entries()) {
    const factor = add(multiply(identity, polynomial.linear), further(square, polynomial))
    product = place === 0 ? factor : matrixProduct(factor, product)
    if (place < POLYNOMIALS.length - 1) square = matrixProduct(matrixProduct(factor, square), factor)
  }
  return matrixProduct(product, x)
}

/** The polynomial's terms beyond the first, over its argument. */
function further(square: Tensor, { cubic, quintic }: Polynomial): Tensor {
  return add(multiply(square, cubic), multiply(matrixProduct(square, square), quintic))
}

function unit(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, place) => (place % (size + 1) === 0 ? 1 : 0))
}

/** What a stretch of matrices moves by at a learning rate of 1, from its momentum, both flat. */
export function matrixStep(momentum: Tensor, { count, rows, columns, length }: MatrixStretch): Tensor {
  const step = orthogonal(reshape(momentum, [count, rows, columns]))
  return reshape(multiply(step, STEP_SIZE * Math.sqrt(Math.max(rows, columns))), [length])
}
