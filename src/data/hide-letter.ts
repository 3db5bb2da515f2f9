/**
 * A letter that can hardly be seen. Where every letter is plain, a recogniser learns to spell without learning words; what
 * it must infer from the other letters here, it infers in a poor photograph too. (Wang et al., arXiv 2108.09661, hide a
 * letter's features for that; here it is hidden in the picture.)
 */
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { chance, integer, pickWeighted, uniform } from '../synth/distributions.ts'

/** Four letters and more, with marks before or after them: the others say what one is. Of numbers and codes nothing does. */
const WORD = /^[^\p{L}\p{N}]*\p{L}{4,}[^\p{L}\p{N}]*$/u

/** Whether the other letters of a text say what a hidden one is. */
export function canHide(text: string): boolean {
  return WORD.test(text)
}

interface Cover {
  readonly kind: 'other' | 'mean' | 'edge'
  /** How much of what it covers it takes away, least and most. */
  readonly strength: readonly [number, number]
}

/** What lies over a letter. */
const COVERS: readonly (readonly [Cover, number])[] = [
  // Another place of the word: two letters shine through each other, and the true one is at least half of what is seen.
  [{ kind: 'other', strength: [0.3, 0.55] }, 45],
  // The place's own mean colour: a fog.
  [{ kind: 'mean', strength: [0.6, 0.97] }, 35],
  // The colour of a pixel at its edge, mostly the ground's: paint that came off.
  [{ kind: 'edge', strength: [0.8, 1] }, 20],
]

/** Hides, in part or whole, a place as wide as one of the letters of `text`; changes the image's bytes. */
export function hideLetter(image: RgbImage, text: string, random: Random): void {
  const { width, height, data } = image
  const letter = width / text.length
  const columns = Math.min(Math.max(2, Math.round(letter * uniform(random, 0.6, 1.2))), width - 1)
  const rows = chance(random, 0.6) ? height : Math.round(height * uniform(random, 0.25, 0.6))
  const area = { left: integer(random, 0, width - columns), top: integer(random, 0, height - rows), columns, rows }
  const { kind, strength } = pickWeighted(random, COVERS)
  const cover = kind === 'other' ? otherPlace(image, area, random) : colourOf(kind, image, area, random)
  const most = uniform(random, ...strength)
  // A hard rim would tell where something is hidden.
  const rim = 1 + columns * uniform(random, 0, 0.4)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const share = most * Math.min(1, (x + 0.5) / rim, (columns - x - 0.5) / rim)
      const place = ((area.top + y) * width + area.left + x) * 3
      const over = (y * columns + x) * 3
      for (let channel = 0; channel < 3; channel++) {
        const own = data[place + channel]!
        data[place + channel] = own + share * (cover[over + channel]! - own)
      }
    }
  }
}

interface Area {
  readonly left: number
  readonly top: number
  readonly columns: number
  readonly rows: number
}

/** The pixels of an area, row by row. */
function cut({ width, data }: RgbImage, { left, top, columns, rows }: Area): Uint8Array {
  const pixels = new Uint8Array(rows * columns * 3)
  for (let y = 0; y < rows; y++) {
    const start = ((top + y) * width + left) * 3
    pixels.set(data.subarray(start, start + columns * 3), y * columns * 3)
  }
  return pixels
}

/** The same rows at another place of the word. */
function otherPlace(image: RgbImage, area: Area, random: Random): Uint8Array {
  const last = image.width - area.columns
  return cut(image, { ...area, left: (area.left + integer(random, 1, last)) % (last + 1) })
}

/** One colour over the whole area. */
function colourOf(kind: 'mean' | 'edge', image: RgbImage, area: Area, random: Random): Uint8Array {
  const pixels = cut(image, area)
  const colour = [0, 0, 0]
  if (kind === 'edge') {
    const start = integer(random, 0, area.rows - 1) * area.columns * 3
    for (let channel = 0; channel < 3; channel++) colour[channel] = pixels[start + channel]!
  } else {
    for (let place = 0; place < pixels.length; place++)
      colour[place % 3]! += pixels[place]! / (area.rows * area.columns)
  }
  for (let place = 0; place < pixels.length; place++) pixels[place] = colour[place % 3]!
  return pixels
}
