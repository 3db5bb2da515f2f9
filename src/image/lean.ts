/** Letters that lean, set straighter. */
import type { RgbImage } from './image.ts'

/**
 * Every row moved sideways, the top one by half of `shift` pixels to the left and the bottom one as far to the right, or
 * the other way round below 0; between pixels linear. The borders repeat.
 */
export function lean({ width, height, data }: RgbImage, shift: number): RgbImage {
  const moved = new Uint8Array(data.length)
  let target = 0
  for (let row = 0; row < height; row++) {
    const left = -shift * ((row + 0.5) / height - 0.5)
    for (let column = 0; column < width; column++, target += 3) {
      const place = Math.min(Math.max(column + left, 0), width - 1)
      const near = Math.min(Math.floor(place), width - 2)
      const share = place - near
      const source = (row * width + Math.max(near, 0)) * 3
      const next = width > 1 ? source + 3 : source
      for (let channel = 0; channel < 3; channel++)
        moved[target + channel] = data[source + channel]! * (1 - share) + data[next + channel]! * share + 0.5
    }
  }
  return { width, height, data: moved }
}
