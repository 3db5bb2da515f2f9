/** Photographs that words are set on: decoded once, kept small. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { RgbImage } from '../image/image.ts'

/** Pixels along a photograph's longer side, for grounds of words: 300 of them take about 50 MB. */
const LONGEST_SIDE = 300
const MOST_PHOTOGRAPHS = 400

/**
 * Loads up to 400 photographs of a folder, evenly spread over their names in order, reduced where their longer side has
 * more pixels.
 * Throws an error that names the folder or the file if one cannot be read or is no image.
 */
export async function loadBackgrounds(folder: string, longestSide = LONGEST_SIDE): Promise<RgbImage[]> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    throw new Error(
      `backgrounds folder ${folder}: cannot be read (${(error as Error).message}); name a folder of photographs`,
    )
  }
  const images = names.filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name)).sort()
  if (images.length === 0) throw new Error(`backgrounds folder ${folder}: holds no .jpg, .png, .webp or .tiff file`)
  const loaded: RgbImage[] = []
  const count = Math.min(images.length, MOST_PHOTOGRAPHS)
  for (let place = 0; place < count; place++)
    loaded.push(await loadBackground(join(folder, images[Math.floor((place * images.length) / count)]!), longestSide))
  return loaded
}

async function loadBackground(file: string, longestSide: number): Promise<RgbImage> {
  try {
    const { data, info } = await sharp(file)
      .rotate()
      .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    // A copy of its own: sharp's buffers may be views into a larger pool.
    return { width: info.width, height: info.height, data: new Uint8Array(data) }
  } catch (error) {
    throw new Error(`background ${file}: cannot be decoded (${(error as Error).message})`)
  }
}
