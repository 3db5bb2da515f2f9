/** What batches that share a graph have in common. */

export interface BatchShape {
  readonly size: number
  readonly length: number
  readonly imageWidth: number
}

/** Batches of one shape share a graph. */
export const shapeKey = ({ size, length, imageWidth }: BatchShape) => `${size}x${length}x${imageWidth}`
