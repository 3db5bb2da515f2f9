/** Two words in one picture. */
import { groundOf } from './fit.ts'
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

/** The images side by side, brought to one height, each as wide as its shape asks for. */
export function join(first: RgbImage, second: RgbImage, { height, gap, stretch }: JoinOptions): RgbImage {
  const widthOf = (image: RgbImage, factor: number) =>
    Math.max(1, Math.round((factor * image.width * height) / image.height))
  const left = resize(first, widthOf(first, stretch), height)
  const right = resize(second, widthOf(second, 1), height)
  const width = left.width + gap + right.width
  const data = new Uint8Array(width * height * 3)
  const middle = left.width + Math.floor(gap / 2)
  const grounds = [groundOf(left), groundOf(right)] as const
  for (let row = 0; row < height; row++) {
    const start = row * width
    data.set(left.data.subarray(row * left.width * 3, (row + 1) * left.width * 3), start * 3)
    for (let column = left.width; column < left.width + gap; column++)
      data.set(grounds[column < middle ? 0 : 1], (start + column) * 3)
    data.set(right.data.subarray(row * right.width * 3, (row + 1) * right.width * 3), (start + left.width + gap) * 3)
  }
  return { width, height, data }
}
