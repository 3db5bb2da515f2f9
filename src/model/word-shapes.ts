/**
 * Sizes at which words are given to the network, by the shape of their crops: short words take fewer columns, long ones
 * more. One set of weights reads all of them.
 */
import type { ModelSettings } from '../config.ts'

export interface WordShape {
  /** Columns of the input image, pixels. */
  readonly imageWidth: number
  /** Columns of the straightened word, pixels; a position of the encoder for every four. */
  readonly textWidth: number
  /** A crop that is narrower, by its height, is set on a ground as wide as this; 0 for none. */
  readonly leastAspect: number
}

interface ShapeSettings extends Pick<ModelSettings, 'imageWidth' | 'textWidth'> {
  readonly textWidths: readonly number[]
}

/**
 * Letters are about half as wide as high: at three quarters of a crop's own shape a character has three of the encoder's
 * positions, a narrow one one or two, and a word up to five times as wide as high fits into 128 columns.
 */
const STRETCH = 0.75
/** Rows of every straightened word, pixels. */
const TEXT_HEIGHT = 32
/** A single letter keeps its shape, or nearly. */
const LEAST_ASPECT = 1.25

/** All shapes, from the narrowest to the widest. A model without `textWidths` has one, which words are stretched to. */
export function wordShapes({ imageWidth, textWidth, textWidths }: ShapeSettings): WordShape[] {
  if (textWidths.length === 0) return [{ imageWidth, textWidth, leastAspect: 0 }]
  return textWidths.map((width) => ({
    imageWidth: (width * imageWidth) / textWidth,
    textWidth: width,
    leastAspect: LEAST_ASPECT,
  }))
}

/** The shape that a crop is given in: the narrowest in which it is not squeezed below what reading needs, or the widest. */
export function shapeOf(
  shapes: readonly WordShape[],
  { width, height }: { readonly width: number; readonly height: number },
): WordShape {
  const wanted = (STRETCH * TEXT_HEIGHT * width) / height
  return shapes.find(({ textWidth }) => textWidth >= wanted) ?? shapes[shapes.length - 1]!
}

/** How the width of a crop's image is found, in a sentence. */
export function describeShapes(settings: ShapeSettings): string {
  const widths = wordShapes(settings).map(({ imageWidth }) => imageWidth)
  if (settings.textWidths.length === 0) return `width is ${widths[0]}`
  const factor = (STRETCH * TEXT_HEIGHT * settings.imageWidth) / settings.textWidth
  return `width is the first of ${widths.join(', ')} that is at least ${factor} times the crop's width over its height, or the last; a crop narrower than ${LEAST_ASPECT} times its height is set on a ground as wide as that before`
}
