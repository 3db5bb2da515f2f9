/**
 * The rectifier: a localisation network places control points along the word's upper and lower edge, and a thin-plate
 * spline carries them to a straight box (Shi et al., ASTER, TPAMI 2018, section 3.1; Bookstein, 1989).
 */
import type { ModelSettings } from '../config.ts'
import {
  clamp,
  emit,
  gridSample,
  matrixProduct,
  maxPool2x2,
  multiply,
  relu,
  reshape,
  sizeAt,
  sliceBetween,
  subtract,
  type Tensor,
  transpose,
} from '../tensor/index.ts'
import { constant, values } from './init.ts'
import { batchNormLayer, convolutionLayer, imageAxes, layImage, linearLayer } from './layers.ts'
import type { Scope } from './scope.ts'
import { wordShapes } from './word-shapes.ts'

/** Symbols: columns of a straightened word whose image's width is known at run time, and its pixels. */
export const TEXT_WIDTH = -12
const PIXELS = -13

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
  const inverse = invert(system)
  const matrix = new Float32Array(points.length * count)
  for (const [place, point] of points.entries()) {
    const terms = [...targets.map((target) => radialBasis(point, target)), 1, point[0], point[1]]
    for (let column = 0; column < count; column++) {
      let sum = 0
      for (let row = 0; row < size; row++) sum += terms[row]! * inverse[row]![column]!
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

/**
 * Bilinear resizing with aligned corners, `x[B, C, H, W]` → `[B, C, height, width]`, as two matrix products; by ONNX's own
 * operator where W is known at run time alone.
 */
export function resizeAligned(x: Tensor, height: number, width: number): Tensor {
  const [batch, channels, oldHeight, oldWidth] = x.shape as [number, number, number, number]
  if (oldWidth < 0) {
    return emit('Resize', [x, null, null, x.graph.integers([height, width])], [batch, channels, height, width], {
      attributes: { axes: [2, 3], mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    })
  }
  const interpolation = (from: number, to: number) => {
    const matrix = new Float32Array(to * from)
    for (let index = 0; index < to; index++) {
      const place = to === 1 ? 0 : (index * (from - 1)) / (to - 1)
      const lower = Math.min(Math.floor(place), from - 2)
      matrix[index * from + lower] = 1 - (place - lower)
      matrix[index * from + lower + 1] = place - lower
    }
    return x.graph.constant(matrix, [to, from])
  }
  const rows = matrixProduct(interpolation(oldHeight, height), x)
  return matrixProduct(rows, transpose(interpolation(oldWidth, width), [1, 0]))
}

export interface Rectified {
  /** The straightened word, [B, 3, textHeight, textWidth]. */
  readonly image: Tensor
  /** Control points in the input image as fractions, x then y, [B, K, 2]. */
  readonly controlPoints: Tensor
}

/**
 * `image[B, 3, H, W]` in [-1, 1] → the straightened word and where its control points lie. Without a rectifier the whole
 * image is resized, and the control points, the same for all, have a batch of one.
 */
export function rectify(scope: Scope, settings: ModelSettings, image: Tensor): Rectified {
  const { rectifier, textHeight } = settings
  const { enabled, controlPoints: count, targetMargin } = rectifier
  const imageWidth = image.shape[3]!
  if (!enabled) {
    const corners = Float32Array.from(boxPoints(count, targetMargin).flat())
    const controlPoints = image.graph.constant(corners, [1, count, 2])
    return { image: resizeAligned(image, textHeight, textWidthOf(settings, imageWidth)), controlPoints }
  }
  const controlPoints = localize(scope, settings, image)
  const grid = imageWidth < 0 ? gridOfAnyWidth(settings, controlPoints, image) : gridOf(settings, controlPoints, image)
  return { image: gridSample(image, subtract(multiply(grid, 2), 1)), controlPoints }
}

/** Columns of the straightened word, of an image so many pixels wide. */
export function textWidthOf({ imageWidth, textWidth }: ModelSettings, width: number): number {
  return (width * textWidth) / imageWidth
}

/** Where the straightened word's pixels lie in the image, fractions [B, 2, textHeight, textWidth]. */
function gridOf(settings: ModelSettings, controlPoints: Tensor, image: Tensor): Tensor {
  const { rectifier, textHeight } = settings
  const width = textWidthOf(settings, image.shape[3]!)
  const targets = boxPoints(rectifier.controlPoints, rectifier.targetMargin)
  const points = splinePoints(controlPoints, targets, pixelPoints(textHeight, width))
  return reshape(points, [image.shape[0]!, 2, textHeight, width])
}

/** The same of an image whose width is known at run time: of all shapes' matrices that of its own is taken. */
function gridOfAnyWidth(settings: ModelSettings, controlPoints: Tensor, image: Tensor): Tensor {
  const { rectifier, textHeight } = settings
  const { graph } = image
  const shapes = wordShapes(settings)
  const targets = boxPoints(rectifier.controlPoints, rectifier.targetMargin)
  const pixels = shapes.map(({ textWidth }) => pixelPoints(textHeight, textWidth))
  const all = graph.constant(splineMatrix(targets, pixels.flat()), [pixels.flat().length, targets.length])
  const isOwn = emit(
    'Equal',
    [graph.integers(shapes.map(({ imageWidth }) => imageWidth)), sizeAt(image, 3)],
    [shapes.length],
    {
      type: 'bool',
    },
  )
  // Where none is, a place beyond them all: a lookup there fails, instead of a silent reading at another width.
  const none = emit('Not', [isOwn], [shapes.length], { type: 'bool' })
  const matches = graph.integers(shapes.map((_, index) => index))
  const place = emit(
    'ReduceMin',
    [emit('Where', [none, graph.integers([shapes.length + 1]), matches], [shapes.length], { type: 'int64' })],
    [1],
    { type: 'int64', attributes: { keepdims: 1 } },
  )
  let end = 0
  const ends = pixels.map(({ length }) => (end += length))
  const lookUp = (values: readonly number[]) => emit('Gather', [graph.integers(values), place], [1], { type: 'int64' })
  const matrix = sliceBetween(all, { axis: 0, start: lookUp([0, ...ends]), end: lookUp(ends), size: PIXELS })
  const points = clamp(matrixProduct(transpose(controlPoints, [0, 2, 1]), transpose(matrix, [1, 0])), 0, 1)
  // Zero: as many as there are; what is left is the width.
  return emit('Reshape', [points, graph.integers([0, 0, textHeight, -1])], [image.shape[0]!, 2, textHeight, TEXT_WIDTH])
}

/** Where `points` of the straightened image lie in the input image, clamped to it: fractions [B, 2, points], x then y. */
export function splinePoints(controlPoints: Tensor, targets: readonly Point[], points: readonly Point[]): Tensor {
  const matrix = controlPoints.graph.constant(splineMatrix(targets, points), [points.length, targets.length])
  return clamp(matrixProduct(transpose(controlPoints, [0, 2, 1]), transpose(matrix, [1, 0])), 0, 1)
}

function localize(scope: Scope, settings: ModelSettings, image: Tensor): Tensor {
  const { viewHeight, viewWidth, channels, hidden, controlPoints, initialMargin } = settings.rectifier
  let x = layImage(scope, resizeAligned(image, viewHeight, viewWidth))
  for (const [index, filters] of channels.entries()) {
    const name = `stn_head.stn_convnet.${index * 2}`
    const names = [`${name}.0`, `${name}.1`] as const
    x = convolutionLayer(scope, x, { names, filters, kernel: 3, padding: [1, 1], bias: true })
    // The same as ReLU, then pooling, for a quarter of the ReLU.
    x = relu(index < channels.length - 1 ? maxPool2x2(x, imageAxes(scope)) : x)
  }
  const images = scope.training ? transpose(x, [3, 1, 0, 2]) : x
  const [batch, ...rest] = images.shape as [number, ...number[]]
  const flat = reshape(images, [batch, rest.reduce((a, b) => a * b)])
  const linear = linearLayer(scope, 'stn_head.stn_fc1.0', flat, { width: hidden })
  const features = relu(batchNormLayer(scope, 'stn_head.stn_fc1.1', linear))
  const points = linearLayer(scope, 'stn_head.stn_fc2', multiply(features, 0.1), {
    width: controlPoints * 2,
    weight: constant(0),
    bias: values(boxPoints(controlPoints, initialMargin).flat()),
  })
  return reshape(points, [batch, controlPoints, 2])
}
