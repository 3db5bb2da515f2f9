/** Words that run up or down instead of across. */
import type { RgbImage } from './image.ts'

/** Crops taller than this many widths show, in real sets, words of which nearly all are turned by a quarter. */
const TALL = 2

export function isTall({ width, height }: RgbImage): boolean {
  return height > TALL * width
}

/** The image turned by a quarter: clockwise, which sets a word upright that ran from the bottom up, or back. */
export function turnQuarter({ width, height, data }: RgbImage, direction: 'clockwise' | 'back'): RgbImage {
  const turned = new Uint8Array(data.length)
  let target = 0
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < height; column++, target += 3) {
      const [x, y] = direction === 'clockwise' ? [row, height - 1 - column] : [width - 1 - row, column]
      const source = (y * width + x) * 3
      turned[target] = data[source]!
      turned[target + 1] = data[source + 1]!
      turned[target + 2] = data[source + 2]!
    }
  }
  return { width: height, height: width, data: turned }
}
