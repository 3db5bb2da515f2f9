/**
 * The rectifier: a localisation network places control points along the word's upper and lower edge, and a thin-plate
 * spline carries them to a straight box (Shi et al., CVPR 2016, section 3.1; ASTER, TPAMI 2018, section 3.1).
 */
import type { ModelSettings, OfKind, RectifierSettings } from '../config.ts'
import {
  clamp,
  emit,
  gridSample,
  matrixProduct,
  multiply,
  reshape,
  sizeAt,
  sliceBetween,
  subtract,
  type Tensor,
  transpose,
} from '../tensor/index.ts'
import { localizeAster } from './aster-localization.ts'
import { localizeRare } from './rare-localization.ts'
import { resizeAligned } from './resize-aligned.ts'
import type { Scope } from './scope.ts'
import { boxPoints, pixelPoints, splineMatrix, splinePoints } from './spline.ts'
import { wordShapes } from './word-shapes.ts'

/** Symbols: columns of a straightened word whose image's width is known at run time, and its pixels. */
export const TEXT_WIDTH = -12
const PIXELS = -13

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
  const { rectifier } = settings
  const { controlPoints: count, targetMargin } = rectifier
  const imageWidth = image.shape[3]!
  if (!straightens(rectifier)) {
    const corners = Float32Array.from(boxPoints(count, targetMargin).flat())
    const controlPoints = image.graph.constant(corners, [1, count, 2])
    return { image: resizeWhole(settings, image), controlPoints }
  }
  const controlPoints =
    rectifier.kind === 'rare' ? localizeRare(scope, rectifier, image) : localizeAster(scope, rectifier, image)
  const grid = imageWidth < 0 ? gridOfAnyWidth(settings, controlPoints, image) : gridOf(settings, controlPoints, image)
  const sample = scope.training?.sample ?? gridSample
  return { image: sample(image, subtract(multiply(grid, 2), 1)), controlPoints }
}

/** The image at the straightened word's size, also where its width is known at run time alone. */
function resizeWhole(settings: ModelSettings, image: Tensor): Tensor {
  const { imageWidth, textWidth, textHeight } = settings
  const [batch, channels, , width] = image.shape as [number, number, number, number]
  if (width > 0) return resizeAligned(image, textHeight, textWidthOf(settings, width))
  const { graph } = image
  const whole = (operator: string, a: Tensor, b: number) =>
    emit(operator, [a, graph.integers([b])], [1], { type: 'int64' })
  const wide = whole('Div', whole('Mul', sizeAt(image, 3), textWidth), imageWidth)
  const size = emit('Concat', [graph.integers([textHeight]), wide], [2], { type: 'int64', attributes: { axis: 0 } })
  return emit('Resize', [image, null, null, size], [batch, channels, textHeight, TEXT_WIDTH], {
    attributes: { axes: [2, 3], mode: 'linear', coordinate_transformation_mode: 'align_corners' },
  })
}

/** Whether there is a localisation network. */
function straightens(rectifier: RectifierSettings): rectifier is OfKind<RectifierSettings, 'aster' | 'rare'> {
  return rectifier.kind === 'rare' || (rectifier.kind === 'aster' && rectifier.enabled)
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
  let end = 0
  const ends = pixels.map(({ length }) => (end += length))
  const width = sizeAt(image, 3)
  // Of a width that no shape has nothing is taken, and the graph fails, instead of a silent reading at another.
  const lookUp = (values: readonly number[]) => {
    const byWidth = Array<number>(Math.max(...shapes.map(({ imageWidth }) => imageWidth)) + 1).fill(0)
    for (const [index, { imageWidth }] of shapes.entries()) byWidth[imageWidth] = values[index]!
    return emit('Gather', [graph.integers(byWidth), width], [1], { type: 'int64' })
  }
  const matrix = sliceBetween(all, { axis: 0, start: lookUp([0, ...ends]), end: lookUp(ends), size: PIXELS })
  const points = clamp(matrixProduct(transpose(controlPoints, [0, 2, 1]), transpose(matrix, [1, 0])), 0, 1)
  // Zero: as many as there are; what is left is the width.
  return emit('Reshape', [points, graph.integers([0, 0, textHeight, -1])], [image.shape[0]!, 2, textHeight, TEXT_WIDTH])
}
