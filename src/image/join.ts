/** Two words in one picture. */
import type { RgbImage } from './image.ts'
import { resize } from './resize.ts'

export interface JoinOptions {
  readonly width: number
  readonly height: number
  /** Share of the width that the first image takes, above 0 and below 1; each takes a column or more. */
  readonly share: number
}

/** The images side by side, each filling its part of the given size. */
export function join(first: RgbImage, second: RgbImage, { width, height, share }: JoinOptions): RgbImage {
  const seam = Math.min(Math.max(Math.round(width * share), 1), width - 1)
  const data = new Uint8Array(width * height * 3)
  const parts = [
    { image: resize(first, seam, height), left: 0 },
    { image: resize(second, width - seam, height), left: seam },
  ]
  for (const { image, left } of parts) {
    const stride = image.width * 3
    for (let row = 0; row < height; row++) {
      data.set(image.data.subarray(row * stride, (row + 1) * stride), (row * width + left) * 3)
    }
  }
  return { width, height, data }
}
