/** Thin-plate splines between points of a straight word and places in an image (Bookstein, 1989). */
import { clamp, matrixProduct, type Tensor, transpose } from '../tensor/index.ts'

export type Point = readonly [x: number, y: number]

/** `count` points in a box at `margin`: the upper edge from left to right, then the lower one. */
export function boxPoints(count: number, margin: number): Point[] {
  const half = count / 2
  return [margin, 1 - margin].flatMap((y) =>
    Array.from({ length: half }, (_, index): Point => [margin + ((1 - 2 * margin) * index) / (half - 1), y]),
  )
}

/** Pixel centres of an image as fractions, row by row: x = column / (W - 1), y = row / (H - 1). */
export function pixelPoints(height: number, width: number): Point[] {
  return Array.from({ length: height * width }, (_, index): Point => {
    return [(index % width) / (width - 1), Math.floor(index / width) / (height - 1)]
  })
}

/** U(r) = ½ r² log r², 0 at r = 0. */
function radialBasis(a: Point, b: Point): number {
  const squared = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
  return squared === 0 ? 0 : 0.5 * squared * Math.log(squared)
}

/**
 * The matrix [points, K] that turns control points [K, 2] in the source into the source places of `points` of the
 * target. The spline is linear in its control points, so that all that depends on the target is this constant.
 */
export function splineMatrix(targets: readonly Point[], points: readonly Point[]): Float32Array {
  const count = targets.length
  const size = count + 3
  const system = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => {
      const [a, b] = [targets[row], targets[column]]
      if (a && b) return radialBasis(a, b)
      if (a) return [1, a[0], a[1]][column - count]!
      if (b) return [1, b[0], b[1]][row - count]!
      return 0
    }),
  )
  const inverse = Float64Array.from(invert(system).flat())
  const terms = new Float64Array(size)
  const matrix = new Float32Array(points.length * count)
  for (let place = 0; place < points.length; place++) {
    const point = points[place]!
    for (let row = 0; row < count; row++) terms[row] = radialBasis(point, targets[row]!)
    terms.set([1, point[0], point[1]], count)
    for (let column = 0; column < count; column++) {
      let sum = 0
      for (let row = 0; row < size; row++) sum += terms[row]! * inverse[row * size + column]!
      matrix[place * count + column] = sum
    }
  }
  return matrix
}

/** Inverse of a square matrix by Gauss and Jordan's elimination with row pivots. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length
  const rows = matrix.map((row, index) => [...row, ...row.map((_, column) => (column === index ? 1 : 0))])
  for (let step = 0; step < size; step++) {
    let pivot = step
    for (let row = step + 1; row < size; row++) {
      if (Math.abs(rows[row]![step]!) > Math.abs(rows[pivot]![step]!)) pivot = row
    }
    ;[rows[step], rows[pivot]] = [rows[pivot]!, rows[step]!]
    const current = rows[step]!
    const divisor = current[step]!
    if (Math.abs(divisor) < 1e-12) throw new Error('the control points do not span a plane')
    for (let column = 0; column < 2 * size; column++) current[column]! /= divisor
    for (const [index, row] of rows.entries()) {
      const factor = row[step]!
      if (index === step || factor === 0) continue
      for (let column = 0; column < 2 * size; column++) row[column]! -= factor * current[column]!
    }
  }
  return rows.map((row) => row.slice(size))
}

/** Where `points` of the straightened image lie in the input image, clamped to it: fractions [B, 2, points], x then y. */
export function splinePoints(controlPoints: Tensor, targets: readonly Point[], points: readonly Point[]): Tensor {
  const matrix = controlPoints.graph.constant(splineMatrix(targets, points), [points.length, targets.length])
  return clamp(matrixProduct(transpose(controlPoints, [0, 2, 1]), transpose(matrix, [1, 0])), 0, 1)
}
