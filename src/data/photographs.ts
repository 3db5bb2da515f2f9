/** Photographs with marked words, as ICDAR 2015's end-to-end task has them: `icdar-e2e:DIR`. (Node) */
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import sharp from 'sharp'
import { SaflError } from '../error.ts'
import { IMAGE_NAME, MAXIMUM_PIXELS } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import type { PixelPoint, Quadrilateral } from '../image/quadrilateral.ts'
import { decodeFile, showText } from '../text-encoding.ts'
import type { LabelledPhotograph, PhotographWord } from './labelled-photograph.ts'

const KIND = 'icdar-e2e'
const listNames = { train: 'train.txt', validation: 'validation.txt' } as const

/** Where a set of photographs lies: `icdar-e2e:DIR` on the command line, or `icdar-e2e*WEIGHT:DIR`. */
export interface PhotographSpec {
  readonly path: string
  /** How many photographs each counts as when sets are mixed. */
  readonly weight: number
}

export function parsePhotographSpec(text: string): PhotographSpec {
  const [, weightText, path] = /^icdar-e2e(?:\*([^:]*))?:(.+)$/.exec(text) ?? []
  const weight = weightText === undefined ? 1 : Number(weightText)
  if (path === undefined || !(weight > 0 && weight < Number.POSITIVE_INFINITY))
    throw new Error(
      `${showText(text)} is no set of photographs: give ${KIND}:FOLDER or ${KIND}*WEIGHT:FOLDER, WEIGHT a number above 0`,
    )
  return { path, weight }
}

export function formatPhotographSpec({ path, weight }: PhotographSpec): string {
  return weight === 1 ? `${KIND}:${path}` : `${KIND}*${weight}:${path}`
}

/** One photograph's files; neither is read before it is asked for. */
export interface PhotographFile {
  /** The image's path. */
  readonly path: string
  readonly isValidation: boolean
}

export interface PhotographSet extends PhotographSpec {
  /** `icdar-e2e:DIR` */
  readonly name: string
  readonly photographs: readonly PhotographFile[]
}

/**
 * The photographs of a folder, each X.jpg with its words in gt_X.txt beside it. `train.txt` and `validation.txt`, a file's
 * name a line, say which are for which; in a folder without lists every fifth is for validation.
 */
export async function openPhotographs(spec: PhotographSpec): Promise<PhotographSet> {
  const { path } = spec
  const train = await readList(join(path, listNames.train))
  const validation = await readList(join(path, listNames.validation))
  const file = (name: string, isValidation: boolean) => ({ path: join(path, name), isValidation })
  const photographs =
    train || validation
      ? [...(train ?? []).map((name) => file(name, false)), ...(validation ?? []).map((name) => file(name, true))]
      : (await listImages(path)).map((name, place) => file(name, place % 5 === 4))
  if (photographs.length === 0) throw new Error(`${path}: holds no photographs`)
  return { ...spec, name: formatPhotographSpec({ path, weight: 1 }), photographs }
}

async function readList(file: string): Promise<string[] | null> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  return bytes && linesOf(bytes)
}

async function listImages(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => {
    throw new Error(`${folder}: no such folder of photographs`)
  })
  return names.filter((name) => IMAGE_NAME.test(name)).sort()
}

/** The words of a photograph; rejects where its gt_X.txt is missing or damaged. One without words has an empty one. */
export async function readPhotographWords({ path }: PhotographFile): Promise<PhotographWord[]> {
  const name = `gt_${basename(path, extname(path))}.txt`
  const file = join(path, '..', name)
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `${file}: ${error.code === 'ENOENT' ? `no such file; a photograph without words has an empty one` : error.message}`,
    )
  })
  return linesOf(bytes).map((line, place) => parseWord(line, `${file}, word ${place + 1}`))
}

function linesOf(bytes: Uint8Array): string[] {
  return decodeFile(bytes)
    .split(/\r?\n|\r/)
    .filter((line) => line.trim() !== '')
}

/** Don't care; and a word whose text is not known. */
const [IGNORED, UNREAD] = ['###', '?']

/** `x1,y1,x2,y2,x3,y3,x4,y4,word`, in which the word may have commas. */
function parseWord(line: string, name: string): PhotographWord {
  const fields = line.split(',')
  const numbers = fields.slice(0, 8).map((field) => (field.trim() === '' ? Number.NaN : Number(field)))
  if (fields.length < 9 || !numbers.every(Number.isFinite))
    throw new Error(`${name}: ${showText(line)} is not x1,y1,x2,y2,x3,y3,x4,y4,word`)
  const corner = (index: number): PixelPoint => [numbers[2 * index]!, numbers[2 * index + 1]!]
  const quadrilateral: Quadrilateral = [corner(0), corner(1), corner(2), corner(3)]
  const text = fields.slice(8).join(',')
  return { quadrilateral, text: text === IGNORED || text === UNREAD ? null : text, ignored: text === IGNORED }
}

/** The picture as it lies in the file, or smaller, `scale` of its width and height; rejects with a `SaflError` that names it. */
export async function decodePhotograph({ path }: PhotographFile, scale = 1): Promise<RgbImage> {
  try {
    const image = sharp(path, { limitInputPixels: MAXIMUM_PIXELS })
    const { width, height } = await image.metadata()
    const side = (length: number) => Math.max(1, Math.round(length * scale))
    const sized = scale === 1 ? image : image.resize({ width: side(width), height: side(height), fit: 'fill' })
    const raw = sized.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' })
    const { data, info } = await raw.toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data: new Uint8Array(data) }
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new SaflError('image', `${path}: cannot be decoded (${why})`)
  }
}

/** A photograph with its words. */
export async function readPhotograph(file: PhotographFile): Promise<LabelledPhotograph> {
  const [words, image] = await Promise.all([readPhotographWords(file), decodePhotograph(file)])
  return { image, words }
}
