/** Boxes of words that others found, as ICDAR's competitions write them: a text file for each photograph. */
import { readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { type Quadrilateral, rectangle } from '../image/quadrilateral.ts'

/** Before the name of the photograph. */
const PREFIXES = ['', 'res_', 'gt_']

/** The boxes of a photograph in a folder. Throws where there are none, and where a line holds none. */
export async function readBoxes(folder: string, photograph: string): Promise<Quadrilateral[]> {
  const stem = basename(photograph, extname(photograph))
  const paths = PREFIXES.map((prefix) => join(folder, `${prefix}${stem}.txt`))
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (text !== null) return parseBoxes(text, path)
  }
  throw new Error(`${photograph}: no boxes: there is none of ${paths.join(', ')}`)
}

/** A box a line: four corners, or left, top, right and bottom; what follows (a text, a score) does not count. */
export function parseBoxes(text: string, path: string): Quadrilateral[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line, place) => (line.trim() === '' ? [] : [parseBox(line, `${path}:${place + 1}`)]))
}

function parseBox(line: string, place: string): Quadrilateral {
  const fields = line.split(/[,\t ]+/).map((field) => (field === '' ? Number.NaN : Number(field)))
  const count = fields.findIndex((field) => !Number.isFinite(field))
  const numbers = count < 0 ? fields : fields.slice(0, count)
  const [a, b, c, d, e, f, g, h] = numbers as [number, number, number, number, number, number, number, number]
  if (numbers.length >= 8)
    return [
      [a, b],
      [c, d],
      [e, f],
      [g, h],
    ]
  if (numbers.length >= 4) return rectangle({ left: a, top: b, right: c, bottom: d })
  throw new Error(`${place}: holds no box: x1,y1,x2,y2,x3,y3,x4,y4 or left,top,right,bottom begin a line`)
}
