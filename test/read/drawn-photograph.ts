/** Pictures with words at known places. */
import sharp from 'sharp'
import type { PixelPoint, Quadrilateral } from '../../src/image/quadrilateral.ts'

export interface DrawnWord {
  readonly text: string
  /** Its box, from the reading's top left clockwise. */
  readonly quadrilateral: Quadrilateral
}

interface Placing {
  /** Pixels. */
  readonly height?: number
  /** Degrees clockwise. */
  readonly angle?: number
}

/** A word whose box begins at a point. */
export function drawn(text: string, [left, top]: PixelPoint, { height = 40, angle = 0 }: Placing = {}): DrawnWord {
  const [u, v] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const corner = (x: number, y: number): PixelPoint => [left + u * x - v * y, top + v * x + u * y]
  const width = widthOf(text, height)
  return { text, quadrilateral: [corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)] }
}

export const widthOf = (text: string, height: number) => text.length * 0.72 * height

/** Dark words on a light ground. */
export function drawPhotograph(words: readonly DrawnWord[], { width = 800, height = 600 } = {}) {
  const texts = words.map(({ text, quadrilateral: [a, b, , d] }) => {
    const [high, wide] = [Math.hypot(d[0] - a[0], d[1] - a[1]), Math.hypot(b[0] - a[0], b[1] - a[1])]
    const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI
    return `<text transform="translate(${a.join(' ')}) rotate(${angle})" x="${0.04 * wide}" y="${0.85 * high}" font-size="${high}" textLength="${0.92 * wide}" lengthAdjust="spacingAndGlyphs" font-family="sans-serif" font-weight="bold">${text}</text>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#e8e4d8"/><g fill="#203040">${texts.join('')}</g></svg>`
  return sharp(Buffer.from(svg))
}

/** A street's words, for `drawPhotograph`: one of them slanted, one upright. */
export const streetWords: readonly DrawnWord[] = [
  drawn('FRESH', [60, 40]),
  drawn('BREAD', [220, 40]),
  drawn('PARKING', [420, 420], { angle: -30 }),
  drawn('HOTEL', [700, 330], { angle: 90 }),
]
