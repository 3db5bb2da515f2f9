/** A picture of many samples with their labels beneath: the engine's test by eye. */
import { createCanvas } from '@napi-rs/canvas'
import type { SynthSample } from './synthesizer.ts'

const CELL_WIDTH = 192
const CELL_HEIGHT = 56
const LABEL_HEIGHT = 14
const GAP = 2

export interface ContactSheetOptions {
  readonly columns?: number
  /** Draws each character's quadrilateral over the crop. */
  readonly quads?: boolean
}

/** PNG bytes: samples in rows, each fitted into 192×56 pixels with its shape kept. */
export function drawContactSheet(
  samples: readonly SynthSample[],
  { columns = 8, quads = false }: ContactSheetOptions = {},
): Buffer {
  const rows = Math.ceil(samples.length / columns)
  const canvas = createCanvas(columns * CELL_WIDTH, Math.max(1, rows) * (CELL_HEIGHT + LABEL_HEIGHT))
  const context = canvas.getContext('2d')
  context.fillStyle = '#202020'
  context.fillRect(0, 0, canvas.width, canvas.height)
  samples.forEach(({ image, text, characterQuads }, index) => {
    const left = (index % columns) * CELL_WIDTH + GAP
    const top = Math.floor(index / columns) * (CELL_HEIGHT + LABEL_HEIGHT) + GAP
    const scale = Math.min((CELL_WIDTH - 2 * GAP) / image.width, (CELL_HEIGHT - 2 * GAP) / image.height)
    const width = image.width * scale
    const height = image.height * scale
    context.drawImage(toCanvas(image), left, top, width, height)
    context.font = '11px sans-serif'
    context.fillStyle = '#e0e0e0'
    context.fillText(text, left, top + CELL_HEIGHT + LABEL_HEIGHT - 6, CELL_WIDTH - 2 * GAP)
    if (!quads) return
    for (let quad = 0; quad < characterQuads.length; quad += 8) {
      context.strokeStyle = (quad / 8) % 2 === 0 ? '#ff40ff' : '#40ff40'
      context.lineWidth = 1
      context.beginPath()
      for (let corner = 0; corner < 8; corner += 2) {
        context.lineTo(left + characterQuads[quad + corner]! * width, top + characterQuads[quad + corner + 1]! * height)
      }
      context.closePath()
      context.stroke()
    }
  })
  return canvas.toBuffer('image/png')
}

export function toCanvas({ width, height, data }: SynthSample['image']) {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const pixels = context.createImageData(width, height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    pixels.data[pixel * 4] = data[pixel * 3]!
    pixels.data[pixel * 4 + 1] = data[pixel * 3 + 1]!
    pixels.data[pixel * 4 + 2] = data[pixel * 3 + 2]!
    pixels.data[pixel * 4 + 3] = 255
  }
  context.putImageData(pixels, 0, 0)
  return canvas
}
