/**
 * Cuts grounds from photographs: their largest rectangles outside all boxes of text, as pictures that synthetic words are
 * set on and that training shows as crops without a word.
 *
 *   npx tsx tools/cut-grounds.ts --photographs ../shared/data/photographs/icdar2015-train --out grounds
 *
 * A folder of photographs has `X.jpg` with `gt_X.txt` in ICDAR 2015's form and a `train.txt` that names what is trained on.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import sharp from 'sharp'

/** Side of a cell of the map of text, pixels. */
const CELL = 8
/** Cells around a box that belong to it: letters reach beyond their boxes, and neighbours lie near. */
const MARGIN = 2
const [LEAST_WIDTH, LEAST_HEIGHT] = [160, 96]
const MOST_A_PHOTOGRAPH = 2

interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

interface Options {
  readonly photographs: string[]
  readonly out: string
}

await new Command('cut-grounds')
  .requiredOption('--photographs <folder...>', 'folders of photographs with boxes')
  .requiredOption('--out <folder>', 'where the pictures go')
  .action(async ({ photographs, out }: Options) => {
    await mkdir(out, { recursive: true })
    let count = 0
    for (const folder of photographs) {
      const names = (await readFile(join(folder, 'train.txt'), 'utf8')).split(/\r?\n/).filter((name) => name !== '')
      for (const name of names) count += await cut(folder, name, out)
    }
    console.log(`${count} grounds: ${out}`)
  })
  .parseAsync()

async function cut(folder: string, name: string, out: string): Promise<number> {
  const stem = name.replace(/\.\w+$/, '')
  const image = sharp(join(folder, name))
  const { width, height } = await image.metadata()
  const boxes = (await readFile(join(folder, `gt_${stem}.txt`), 'utf8'))
    .split('\n')
    .map((line) =>
      line
        .replace(/^\uFEFF/, '')
        .split(',')
        .slice(0, 8)
        .map(Number),
    )
    .filter((corners) => corners.length === 8 && corners.every(Number.isFinite))
  const [columns, rows] = [Math.floor(width / CELL), Math.floor(height / CELL)]
  const text = mapOfText(boxes, columns, rows)
  let count = 0
  while (count < MOST_A_PHOTOGRAPH) {
    const { left, top, width: w, height: h } = largestEmpty(text, columns, rows)
    const region = { left: left * CELL, top: top * CELL, width: w * CELL, height: h * CELL }
    if (region.width < LEAST_WIDTH || region.height < LEAST_HEIGHT) break
    const file = join(out, `${basename(folder)}-${stem}-${count++}.jpg`)
    await sharp(join(folder, name)).extract(region).jpeg({ quality: 92 }).toFile(file)
    for (let row = top; row < top + h; row++) text.fill(1, row * columns + left, row * columns + left + w)
  }
  return count
}

/** 1 where a box, or its margin, lies over a cell [rows, columns]. */
function mapOfText(boxes: readonly number[][], columns: number, rows: number): Uint8Array {
  const text = new Uint8Array(columns * rows)
  for (const corners of boxes) {
    const xs = [0, 2, 4, 6].map((index) => corners[index]!)
    const ys = [1, 3, 5, 7].map((index) => corners[index]!)
    const left = Math.max(Math.floor(Math.min(...xs) / CELL) - MARGIN, 0)
    const right = Math.min(Math.ceil(Math.max(...xs) / CELL) + MARGIN, columns)
    const bottom = Math.min(Math.ceil(Math.max(...ys) / CELL) + MARGIN, rows)
    for (let row = Math.max(Math.floor(Math.min(...ys) / CELL) - MARGIN, 0); row < bottom; row++)
      if (right > left) text.fill(1, row * columns + left, row * columns + right)
  }
  return text
}

/** The empty rectangle of the largest area whose sides are at most three to one, in cells. */
function largestEmpty(text: Uint8Array, columns: number, rows: number): Rectangle {
  const free = new Int32Array(columns)
  let best: Rectangle = { left: 0, top: 0, width: 0, height: 0 }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      free[column] = text[row * columns + column] === 0 ? free[column]! + 1 : 0
    for (let left = 0; left < columns; left++) {
      let lowest = free[left]!
      for (let right = left; right < columns && lowest > 0; right++) {
        lowest = Math.min(lowest, free[right]!)
        const width = Math.min(right - left + 1, 3 * lowest)
        const height = Math.min(lowest, 3 * width)
        if (width * height > best.width * best.height) best = { left, top: row + 1 - height, width, height }
      }
    }
  }
  return best
}
