/** Decoded words in memory that all rendering threads share: a word is decoded by one of them and kept once. (Node) */
import type { RgbImage } from '../image/image.ts'

export interface RealWord {
  readonly text: string
  readonly image: RgbImage
}

/** What threads hand to each other. */
export interface SharedWords {
  /** Words, one after another. */
  readonly pool: SharedArrayBuffer
  /** Where the next word may lie, then where each lies by its number, plus one. */
  readonly places: SharedArrayBuffer
}

/** Bytes of decoded words that are kept; what comes later is decoded whenever it is drawn. */
const POOL = 256 << 20
/** Words whose number is higher are not kept. */
const NUMBERS = 1 << 20
/** Width, height and bytes of the text, two bytes each. */
const HEADER = 6

export function shareWords(bytes = POOL): SharedWords {
  return { pool: new SharedArrayBuffer(bytes), places: new SharedArrayBuffer(4 * (1 + NUMBERS)) }
}

export class WordCache {
  private readonly pool: Uint8Array
  private readonly places: Int32Array

  constructor({ pool, places }: SharedWords) {
    this.pool = new Uint8Array(pool)
    this.places = new Int32Array(places)
  }

  /** A copy of the word; null where it is not kept. */
  get(number: number): RealWord | null {
    const place = number < NUMBERS ? Atomics.load(this.places, 1 + number) : 0
    if (place === 0) return null
    const start = place - 1
    const [width, height, length] = new Uint16Array(this.pool.slice(start, start + HEADER).buffer) as unknown as [
      number,
      number,
      number,
    ]
    const [text, pixels] = [start + HEADER, start + HEADER + length]
    return {
      text: new TextDecoder().decode(this.pool.slice(text, pixels)),
      image: { width, height, data: this.pool.slice(pixels, pixels + width * height * 3) },
    }
  }

  /** Keeps a word where there is room. Its sides are below 65,536 pixels. */
  set(number: number, { text, image }: RealWord): void {
    const label = new TextEncoder().encode(text)
    const size = HEADER + label.length + image.data.length
    const fits = (start: number) => start + size <= this.pool.length
    if (number >= NUMBERS || label.length > 0xffff || !fits(Atomics.load(this.places, 0))) return
    const start = Atomics.add(this.places, 0, size)
    if (!fits(start)) return
    this.pool.set(new Uint8Array(Uint16Array.of(image.width, image.height, label.length).buffer), start)
    this.pool.set(label, start + HEADER)
    this.pool.set(image.data, start + HEADER + label.length)
    // Last, so that whoever finds the word finds it whole.
    Atomics.store(this.places, 1 + number, start + 1)
  }
}
