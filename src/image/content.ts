/** Where something stands out from an image's ground: what may be cut away, and where one letter ends and the next begins. */
import type { RgbImage } from './image.ts'

/** Rows and columns that hold something; `left` and `top` are the first, `right` and `bottom` the one after the last. */
export interface ContentBox {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** At most so many rows and columns of an image are looked at, evenly spread. */
const MOST_SAMPLES = 256
/** What differs less from the ground does not bound a word, of 255. */
const LEAST_CONTRAST = 12
/** What differs no more is noise: dark photographs hold words that are hardly lighter than their ground. */
const NOISE = 4
/** Of the strongest contrast in the image, what counts. */
const SHARE_OF_CONTRAST = 0.25
/** Of a row's or column's pixels, so many hold something before it counts. */
const LEAST_SHARE = 0.015

/** Rows and columns of an image that hold something, by their places among those that were looked at. */
interface Profile {
  readonly rows: readonly boolean[]
  readonly columns: readonly boolean[]
  /** Pixels from one of them to the next. */
  readonly down: number
  readonly across: number
}

/** Whether nothing at all stands out from the ground. */
export function isBlank(image: RgbImage): boolean {
  const sampled = sample(image)
  if (standsOut(image, sampled)) return false
  const { rows, columns } = profileOf(image, NOISE, sampled)
  return !(rows.includes(true) && columns.includes(true))
}

/**
 * The box around all that stands out clearly from the ground at the image's border; null where nothing does. No more than
 * `most` rows and columns are looked at, evenly spread: few give a rough box soon.
 */
export function contentBox(image: RgbImage, most = MOST_SAMPLES): ContentBox | null {
  const { rows, columns, down, across } = profileOf(image, LEAST_CONTRAST, sample(image, most))
  const [top, left] = [rows.indexOf(true), columns.indexOf(true)]
  if (top < 0 || left < 0) return null
  return {
    left: Math.floor(left * across),
    right: Math.min(Math.ceil((columns.lastIndexOf(true) + 1) * across), image.width),
    top: Math.floor(top * down),
    bottom: Math.min(Math.ceil((rows.lastIndexOf(true) + 1) * down), image.height),
  }
}

/** Stretches of rows that hold something, from the top to the bottom, with nothing between them. */
export function contentRows(image: RgbImage): { readonly top: number; readonly bottom: number }[] {
  const { rows, down } = profileOf(image, LEAST_CONTRAST)
  const stretches: { top: number; bottom: number }[] = []
  for (const [row, holds] of rows.entries()) {
    if (!holds) continue
    const bottom = Math.min(Math.ceil((row + 1) * down), image.height)
    if (rows[row - 1]) stretches[stretches.length - 1]!.bottom = bottom
    else stretches.push({ top: Math.floor(row * down), bottom })
  }
  return stretches
}

/** The part of an image in a box. */
export function cut(image: RgbImage, { left, right, top, bottom }: ContentBox): RgbImage {
  const [width, height] = [right - left, bottom - top]
  if (width === image.width && height === image.height) return image
  const data = new Uint8Array(width * height * 3)
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * image.width + left) * 3
    data.set(image.data.subarray(start, start + width * 3), row * width * 3)
  }
  return { width, height, data }
}

function profileOf(image: RgbImage, leastContrast: number, sampled = sample(image)): Profile {
  const { down, across } = sampled
  const [height, width] = [sampled.rows.length, sampled.columns.length]
  const apart = differences(image, sampled)
  // Single bright pixels do not say how strong the letters are.
  const strongest = valueAt(apart, Math.floor(0.99 * (apart.length - 1)))
  const least = Math.max(leastContrast, SHARE_OF_CONTRAST * strongest)
  const [inRow, inColumn] = [new Uint32Array(height), new Uint32Array(width)]
  for (let row = 0, index = 0; row < height; row++) {
    for (let column = 0; column < width; column++, index++) {
      if (apart[index]! <= least) continue
      inRow[row]!++
      inColumn[column]!++
    }
  }
  return {
    rows: Array.from(inRow, (count) => count > LEAST_SHARE * width),
    columns: Array.from(inColumn, (count) => count > LEAST_SHARE * height),
    down,
    across,
  }
}

/** The byte that would stand at a place if all were sorted: every crop is looked at, and counting them is faster. */
function valueAt(bytes: Uint8Array, place: number): number {
  const counts = new Uint32Array(256)
  for (const byte of bytes) counts[byte]!++
  let before = 0
  for (let value = 0; value < 256; value++) {
    before += counts[value]!
    if (before > place) return value
  }
  return 0
}

/** The pixels of an image that are looked at. */
interface Sampled {
  /** Where their rows begin, and their columns in a row, in bytes. */
  readonly rows: Int32Array
  readonly columns: Int32Array
  /** Pixels from one of them to the next. */
  readonly down: number
  readonly across: number
  /** Red, green and blue of the ground, the border's median. */
  readonly ground: readonly [number, number, number]
}

function sample({ width: stride, height: whole, data }: RgbImage, most = MOST_SAMPLES): Sampled {
  const [down, across] = [whole, stride].map((size) => Math.max(1, size / most)) as [number, number]
  const [height, width] = [Math.floor(whole / down), Math.floor(stride / across)]
  const rows = Int32Array.from({ length: height }, (_, row) => Math.floor(row * down) * stride * 3)
  const columns = Int32Array.from({ length: width }, (_, column) => Math.floor(column * across) * 3)
  const [first, last] = [rows[0]!, rows[height - 1]!]
  const [leftmost, rightmost] = [columns[0]!, columns[width - 1]!]
  const border = new Uint8Array(2 * (width + height))
  const ground = [0, 1, 2].map((channel) => {
    let count = 0
    for (const column of columns) {
      border[count++] = data[first + column + channel]!
      border[count++] = data[last + column + channel]!
    }
    for (const row of rows) {
      border[count++] = data[row + leftmost + channel]!
      border[count++] = data[row + rightmost + channel]!
    }
    return valueAt(border, border.length >> 1)
  }) as [number, number, number]
  return { rows, columns, down, across, ground }
}

/** Of each pixel that is looked at the largest difference of a channel from the ground. */
function differences({ data }: RgbImage, { rows, columns, ground }: Sampled): Uint8Array {
  const apart = new Uint8Array(rows.length * columns.length)
  let index = 0
  const [red, green, blue] = ground
  for (const row of rows)
    for (const column of columns) apart[index++] = difference(data, row + column, red, green, blue)
  return apart
}

function difference(data: Uint8Array, place: number, red: number, green: number, blue: number): number {
  return Math.max(Math.abs(data[place]! - red), Math.abs(data[place + 1]! - green), Math.abs(data[place + 2]! - blue))
}

/**
 * Whether so many pixels differ from the ground by more than any threshold asks for that a row and a column must hold
 * something: most crops are seen to hold a word by a few rows in their middle.
 */
function standsOut({ data }: RgbImage, { rows, columns, ground }: Sampled): boolean {
  const [red, green, blue] = ground
  const least = SHARE_OF_CONTRAST * 255
  const most = LEAST_SHARE * rows.length * columns.length
  const middle = rows.length >> 1
  let count = 0
  for (let step = 0; step < rows.length; step++) {
    const row = rows[(middle + step) % rows.length]!
    for (const column of columns) if (difference(data, row + column, red, green, blue) > least) count++
    if (count > most) return true
  }
  return false
}
