/** Letters that lean, set straighter. */
import type { RgbImage } from './image.ts'

/**
 * Every row moved sideways, the top one by half of `shift` pixels to the left and the bottom one as far to the right, or
 * the other way round below 0; between pixels linear. The borders repeat.
 */
export function lean({ width, height, data }: RgbImage, shift: number): RgbImage {
  const moved = new Uint8Array(data.length)
  const last = width - 1
  let target = 0
  for (let row = 0; row < height; row++) {
    const left = -shift * ((row + 0.5) / height - 0.5)
    const whole = Math.floor(left)
    const share = left - whole
    const rest = 1 - share
    const start = row * width
    for (let column = whole; column < whole + width; column++) {
      const near = (start + Math.min(Math.max(column, 0), last)) * 3
      const next = (start + Math.min(Math.max(column + 1, 0), last)) * 3
      moved[target] = data[near]! * rest + data[next]! * share + 0.5
      moved[target + 1] = data[near + 1]! * rest + data[next + 1]! * share + 0.5
      moved[target + 2] = data[near + 2]! * rest + data[next + 2]! * share + 0.5
      target += 3
    }
  }
  return { width, height, data: moved }
}
