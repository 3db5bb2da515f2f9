/** Pictures that a command writes beside what it prints. */
import { basename, extname } from 'node:path'
import type { RgbImage } from '../image/image.ts'
import type { Photograph } from '../image/photograph.ts'
import { overlaySvg } from '../read/overlay.ts'
import type { PhotographReading } from '../read/photograph-reading.ts'
import { writeWhole } from '../write-whole.ts'

/**
 * Names of pictures for paths: the path without its ending, with lines for what parts its folders. Where two paths come to
 * the same name, on any file system, the later one's has a number.
 */
export function pictureNames(): (path: string) => string {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  return (path) => {
    const known = names.get(path)
    if (known !== undefined) return known
    const stem = path
      .slice(0, path.length - extname(path).length)
      .replace(/^[./]+/, '')
      .replaceAll(/[\\/:]+/g, '_')
    const base = stem || basename(path)
    let name = `${base}.png`
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}_${number}.png`
    taken.add(name.toLowerCase())
    names.set(path, name)
    return name
  }
}

/** As PNG. */
export async function saveImage(path: string, { width, height, data }: RgbImage): Promise<void> {
  const { default: sharp } = await import('sharp')
  await writeWhole(
    path,
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
}

interface Overlaid {
  readonly photograph: Photograph
  readonly reading: PhotographReading
}

/** A photograph with what was read drawn over it, as PNG. */
export async function saveOverlay(path: string, { photograph: { image }, reading }: Overlaid): Promise<void> {
  const { default: sharp } = await import('sharp')
  const { width, height, data } = image
  const drawing = Buffer.from(overlaySvg(reading, { width, height }))
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).composite([{ input: drawing }])
  await writeWhole(path, await picture.png().toBuffer())
}
