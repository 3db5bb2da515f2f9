/** What shows through where an image is transparent. */
import type { RgbImage } from './image.ts'

/** 8-bit RGB with alpha, row by row; colours are not multiplied by alpha. */
export interface RgbaImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Shares of red, green and blue in how light a colour looks (ITU-R BT.601). */
const LIGHT = [0.299, 0.587, 0.114] as const

/**
 * An image laid over what differs most from its visible part: black where that is light, white where it is dark. Light
 * letters on nothing would vanish on white, dark ones on black. What is all transparent is white.
 */
export function overGround({ width, height, data }: RgbaImage): RgbImage {
  const pixels = width * height
  const ground = isLight(data) ? 0 : 255
  const rgb = new Uint8Array(pixels * 3)
  for (let source = 0, target = 0; target < rgb.length; source += 4, target += 3) {
    const alpha = data[source + 3]! / 255
    const rest = (1 - alpha) * ground
    rgb[target] = Math.round(alpha * data[source]! + rest)
    rgb[target + 1] = Math.round(alpha * data[source + 1]! + rest)
    rgb[target + 2] = Math.round(alpha * data[source + 2]! + rest)
  }
  return { width, height, data: rgb }
}

/** Whether the mean of what is visible, by how visible it is, is nearer to white than to black. */
function isLight(data: RgbaImage['data']): boolean {
  let light = 0
  let visible = 0
  for (let place = 0; place < data.length; place += 4) {
    const alpha = data[place + 3]!
    light += alpha * (LIGHT[0] * data[place]! + LIGHT[1] * data[place + 1]! + LIGHT[2] * data[place + 2]!)
    visible += alpha
  }
  return light > visible * 127.5
}
