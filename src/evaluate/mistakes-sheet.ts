/** A picture of the words that were read worst: crop, straightened crop, label and reading. (Node) */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { RgbImage } from '../image/image.ts'
import { resize } from '../image/resize.ts'

export interface Mistake {
  readonly image: RgbImage
  readonly rectified: RgbImage
  readonly label: string
  readonly prediction: string
  readonly confidence: number
}

const CELL = { width: 320, crop: 170, height: 64, text: 18, gap: 4 }

/** PNG bytes: mistakes in rows of `columns`. */
export function drawMistakes(mistakes: readonly Mistake[], columns = 4): Buffer {
  const rows = Math.max(1, Math.ceil(mistakes.length / columns))
  const rowHeight = CELL.height + CELL.text
  const canvas = createCanvas(columns * CELL.width, rows * rowHeight)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  for (const [index, { image, rectified, label, prediction, confidence }] of mistakes.entries()) {
    const left = (index % columns) * CELL.width
    const top = Math.floor(index / columns) * rowHeight
    paste(context, image, { left, top, width: CELL.crop, height: CELL.height })
    paste(context, rectified, { left: left + CELL.crop, top, width: CELL.width - CELL.crop, height: CELL.height })
    context.font = '12px sans-serif'
    context.fillStyle = '#000000'
    const text = `${label} → ${prediction || '(nothing)'}  ${confidence.toFixed(2)}`
    context.fillText(text, left + CELL.gap, top + CELL.height + 13, CELL.width - 2 * CELL.gap)
  }
  return canvas.toBuffer('image/png')
}

/** Draws an image into a box, as large as fits with its shape kept. */
function paste(
  context: SKRSContext2D,
  image: RgbImage,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  const scale = Math.min((width - CELL.gap) / image.width, (height - CELL.gap) / image.height)
  const fitted = resize(
    image,
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  )
  const pixels = context.createImageData(fitted.width, fitted.height)
  for (let pixel = 0; pixel < fitted.width * fitted.height; pixel++) {
    pixels.data.set(fitted.data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
    pixels.data[4 * pixel + 3] = 255
  }
  context.putImageData(pixels, left + CELL.gap, top + CELL.gap)
}
