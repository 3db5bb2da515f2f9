/** Several images in one picture. */
import { surround } from './fit.ts'
import type { RgbImage } from './image.ts'
import { resize } from './resize.ts'

export interface JoinOptions {
  /** Of the picture, pixels. */
  readonly height: number
  /** Columns between the two, half of them in either one's ground. */
  readonly gap: number
  /** By how much the first is wider than its own shape. */
  readonly stretch: number
}

/** Two words side by side, brought to one height, each as wide as its shape asks for. */
export function join(first: RgbImage, second: RgbImage, { height, gap, stretch }: JoinOptions): RgbImage {
  const widthOf = (image: RgbImage, factor: number) =>
    Math.max(1, Math.round((factor * image.width * height) / image.height))
  const left = resize(first, widthOf(first, stretch), height)
  const right = resize(second, widthOf(second, 1), height)
  const middle = Math.floor(gap / 2)
  const none = { left: 0, right: 0, top: 0, bottom: 0 }
  return beside([surround(left, { ...none, right: middle }), surround(right, { ...none, left: gap - middle })])
}

/** Images of one height side by side. */
export function beside(images: readonly RgbImage[]): RgbImage {
  const { height } = images[0]!
  const width = images.reduce((sum, image) => sum + image.width, 0)
  const data = new Uint8Array(width * height * 3)
  let left = 0
  for (const image of images) {
    const stride = image.width * 3
    for (let row = 0; row < height; row++)
      data.set(image.data.subarray(row * stride, (row + 1) * stride), (row * width + left) * 3)
    left += image.width
  }
  return { width, height, data }
}
