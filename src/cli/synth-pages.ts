/** `safl synth --pages`: writes photographs of many words that nobody took, or a contact sheet of them. */
import { dirname } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { openSyntheticPages } from '../data/synthetic-pages.ts'
import { writePhotograph } from '../data/write-photograph.ts'
import { deriveSeed } from '../random.ts'
import type { PageMaterial } from '../synth/page.ts'
import { writeWhole } from '../write-whole.ts'
import { makeFolder } from './arguments.ts'
import { progressLine } from './progress.ts'

export interface PageSize {
  readonly width: number
  readonly height: number
}

export interface PagesRequest {
  readonly pages: number
  readonly out?: string
  readonly sheet?: string
  readonly seed: number
  readonly workers: number
}

/** Pages on a sheet at most: more are too small to be looked at, or too large a picture. */
const MOST_ON_SHEET = 48

/** Of a page, pixels: smaller ones have no room for words, larger ones are photographs of print. */
const [SMALLEST_SIDE, LARGEST_SIDE] = [64, 4096]

export function pageSize(text: string): PageSize {
  const [, width, height = width] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? []
  const size = { width: Number(width), height: Number(height) }
  const isSide = (side: number) => side >= SMALLEST_SIDE && side <= LARGEST_SIDE
  if (!isSide(size.width) || !isSide(size.height))
    throw new InvalidArgumentError(
      `It must be a side or width x height from ${SMALLEST_SIDE} to ${LARGEST_SIDE} pixels, such as 640 or 960x540.`,
    )
  return size
}

export async function writePages(material: PageMaterial, request: PagesRequest): Promise<void> {
  const { pages: count, out, sheet, seed } = request
  if (out !== undefined) await writeFiles(out, material, request)
  if (sheet === undefined) return
  const { loadPages } = await import('../synth/page.ts')
  const { drawPageSheet } = await import('../synth/page-sheet.ts')
  const draw = await loadPages(material)
  const pages = Array.from({ length: Math.min(count, MOST_ON_SHEET) }, (_, index) => draw(deriveSeed(seed, index)))
  await makeFolder(dirname(sheet))
  await writeWhole(sheet, drawPageSheet(pages))
}

async function writeFiles(
  folder: string,
  material: PageMaterial,
  { pages: count, seed, workers }: PagesRequest,
): Promise<void> {
  await makeFolder(folder)
  const stream = openSyntheticPages({ pages: material, seed, workers: Math.min(workers, count) })
  const progress = progressLine(count, 'pages')
  try {
    for (let index = 0; index < count; index++) {
      const name = `page_${String(index + 1).padStart(String(count).length, '0')}`
      await writePhotograph(folder, { name, ...(await stream.next()) })
      progress.update(index + 1)
    }
  } finally {
    progress.end()
    await stream.close()
  }
}
