/** Crops of photographs for the finder: which photographs, which parts of them. A pure function of settings and batch number. */
import type { FinderDataSettings, FinderPreset } from '../config.ts'
import type { RgbImage } from '../image/image.ts'
import type { PixelPoint, Quadrilateral } from '../image/quadrilateral.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import { chance, logUniform, normal, pick, pickWeighted, uniform } from '../synth/distributions.ts'
import { rephotograph } from './augment.ts'
import type { FinderBatch } from './finder-batch.ts'
import { drawKernels } from './kernel-map.ts'
import type { LabelledPhotograph, PhotographWord } from './labelled-photograph.ts'
import { quadrilateralToView, takeView, type ViewPlace } from './photograph-view.ts'
import { decodePhotograph, type PhotographFile, type PhotographSet, readPhotographWords } from './photographs.ts'
import type { BatchPart } from './worker-stream.ts'

export interface FinderBatchSettings extends FinderDataSettings {
  readonly batchSize: number
  readonly seed: number
}

/** What a preset's batches are made of. */
export function finderBatchSettings({ training, data }: FinderPreset): FinderBatchSettings {
  return { ...data, batchSize: training.batchSize, seed: training.seed }
}

export interface FinderSourceParts {
  readonly settings: FinderBatchSettings
  readonly sets: readonly PhotographSet[]
  /** Draws a synthetic page from a seed; required where `pageShare` is above 0. */
  readonly pages?: (seed: number) => Promise<LabelledPhotograph>
  /** The photographs that are cut; those for validation are cut as they are, upright and undisturbed. */
  readonly split: 'train' | 'validation'
  /** The part of each batch that is cut; all of it when absent. */
  readonly part?: BatchPart | undefined
}

/** Numbers of the streams of random numbers in the derivation of their seeds. */
const STREAM = { photograph: 11, crop: 12, page: 13 } as const

/** Photographs that are tried for one that can be read. */
const TRIES = 20

/** Of crops those that are laid around a word, where there is one. */
const AROUND_WORD = 0.85

/** How often crops have which scale: small photographs are searched at twice their size, larger ones reduced. */
const SCALES: readonly (readonly [readonly [low: number, high: number], number])[] = [
  [[1.4, 2.5], 70],
  [[0.5, 1.4], 30],
]
/** Those of validation. */
const VALIDATION_SCALES = [1.6, 2.2] as const

/** A photograph, decoded at some scale, its words in pixels of the file. */
interface Opened {
  readonly image: RgbImage
  /** Pixels of the image for one of the file. */
  readonly decoded: number
  readonly words: readonly PhotographWord[]
  /** The scale that its crops have, about: pixels of a crop for one of the file. */
  readonly scale: number
}

export class FinderSource {
  private readonly parts: FinderSourceParts
  private readonly choices: readonly (readonly [readonly PhotographFile[], number])[]
  private unreported: string[] = []

  constructor(parts: FinderSourceParts) {
    this.parts = parts
    const { settings, sets, split, pages } = parts
    this.choices = sets
      .map(({ photographs, weight }) => {
        const own = photographs.filter(({ isValidation }) => isValidation === (split === 'validation'))
        return [own, weight * own.length] as const
      })
      .filter(([own]) => own.length > 0)
    if (settings.pageShare > 0 && !pages) throw new Error('data.pageShare: nothing draws synthetic pages here; give 0')
    if (this.choices.length === 0 && !(settings.pageShare === 1 && split === 'train'))
      throw new Error(`no photographs for ${split === 'train' ? 'training' : 'validation'} in the given sets`)
  }

  async render(index: number): Promise<FinderBatch> {
    const { batchSize, cropSize, cropsOfOne, seed } = this.parts.settings
    const { place: part, count } = this.parts.part ?? { place: 0, count: 1 }
    const size = batchSize / count
    const pixels = cropSize * cropSize * 3
    const places = (cropSize / 4) ** 2
    const images = new Uint8Array(size * pixels)
    const kernels = new Uint8Array(size * places)
    const distances = new Float32Array(size * places)
    let words = 0
    let opened: Opened | null = null
    for (let place = 0; place < size; place++) {
      const crop = part * size + place
      if (crop % cropsOfOne === 0 || !opened) opened = await this.open(index, Math.floor(crop / cropsOfOne))
      const cut = this.cut(opened, createRandom(deriveSeed(seed, index, crop, STREAM.crop)))
      images.set(cut.image.data, place * pixels)
      kernels.set(cut.map.kernels, place * places)
      distances.set(cut.map.distances, place * places)
      words += cut.map.words
    }
    const skipped = this.unreported
    this.unreported = []
    return { index, size, cropSize, images, kernels, distances, words, skipped }
  }

  /** The `place`-th photograph of a batch. */
  private async open(batch: number, place: number): Promise<Opened> {
    const { settings, pages, split } = this.parts
    const random = createRandom(deriveSeed(settings.seed, batch, place, STREAM.photograph))
    if (pages && split === 'train' && chance(random, settings.pageShare)) {
      const { image, words } = await pages(deriveSeed(settings.seed, batch, place, STREAM.page))
      return { image, decoded: 1, words, scale: this.drawScale(words, random) }
    }
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const file = pick(random, pickWeighted(random, this.choices))
      try {
        const words = await readPhotographWords(file)
        const scale = this.drawScale(words, random)
        const decoded = Math.min(1, scale)
        return { image: await decodePhotograph(file, decoded), decoded, words, scale }
      } catch (error) {
        this.unreported.push(error instanceof Error ? error.message : String(error))
      }
    }
    throw new Error(`not one of ${TRIES} photographs can be read: ${this.unreported[0]}`)
  }

  /** About that at which photographs are searched, and such that one of its words is neither too low nor wider than a crop. */
  private drawScale(words: readonly PhotographWord[], random: Random): number {
    const { cropSize, leastHeight } = this.parts.settings
    const [low, high] = this.parts.split === 'train' ? pickWeighted(random, SCALES) : VALIDATION_SCALES
    const scale = logUniform(random, low, high)
    const counted = words.filter(({ ignored }) => !ignored)
    if (counted.length === 0) return scale
    const { width, height } = extents(pick(random, counted).quadrilateral)
    const [longest, shortest] = [Math.max(width, height), Math.max(Math.min(width, height), 1)]
    const fitting = Math.min(scale, (cropSize * uniform(random, 0.5, 1.2)) / longest)
    return Math.min(Math.max(fitting, (1.3 * leastHeight) / shortest), 3)
  }

  private cut(opened: Opened, random: Random) {
    const { settings, split } = this.parts
    const augmented = split === 'train'
    const place = this.placeCrop(opened, random, augmented)
    const words = opened.words.map(({ quadrilateral, ignored }) => ({
      quadrilateral: quadrilateralToView(place, quadrilateral),
      ignored,
    }))
    const size = settings.cropSize
    const { decoded } = opened
    const view = takeView(
      opened.image,
      {
        ...place,
        middle: [place.middle[0] * decoded, place.middle[1] * decoded],
        scale: [place.scale[0] / decoded, place.scale[1] / decoded],
      },
      augmented ? Math.floor(uniform(random, 0, 256)) : 0,
    )
    const image = augmented ? rephotograph(view, random, uniform(random, 8, 30)) : view
    return { image, map: drawKernels(words, { width: size, height: size }, settings) }
  }

  private placeCrop({ image, decoded, words, scale }: Opened, random: Random, augmented: boolean): ViewPlace {
    const size = this.parts.settings.cropSize
    const [width, height] = [image.width / decoded, image.height / decoded]
    const zoom = scale * (augmented ? logUniform(random, 0.8, 1.25) : 1)
    const stretch = augmented ? Math.exp(0.12 * normal(random)) : 1
    const across = zoom * Math.sqrt(stretch)
    const down = zoom / Math.sqrt(stretch)
    const counted = words.filter(({ ignored }) => !ignored)
    const around = counted.length > 0 && chance(random, AROUND_WORD) ? pick(random, counted) : null
    const target: PixelPoint = around
      ? middleOf(around.quadrilateral)
      : [uniform(random, 0, width), uniform(random, 0, height)]
    const shift = () => uniform(random, -0.35, 0.35) * size
    const wanted = [target[0] + shift() / across, target[1] + shift() / down] as const
    const middle: PixelPoint = [within(wanted[0], size / across, width), within(wanted[1], size / down, height)]
    return { middle, scale: [across, down], angle: augmented ? drawAngle(random) : 0, size }
  }
}

/** Signs mostly stand upright; some lean, and some pictures lie on their side or their head. */
function drawAngle(random: Random): number {
  const degrees = pickWeighted(random, [
    ['slight', 78],
    ['strong', 14],
    ['any', 4],
    ['quarter', 4],
  ] as const)
  const radians = Math.PI / 180
  if (degrees === 'slight') return 4 * normal(random) * radians
  if (degrees === 'strong') return uniform(random, -45, 45) * radians
  if (degrees === 'any') return uniform(random, -180, 180) * radians
  return pick(random, [90, 180, 270]) * radians
}

/** A middle for a stretch of `length` that keeps it within `whole`, or `whole` within it. */
function within(middle: number, length: number, whole: number): number {
  const ends = [length / 2, whole - length / 2]
  return Math.min(Math.max(middle, Math.min(...ends)), Math.max(...ends))
}

function middleOf(corners: Quadrilateral): PixelPoint {
  const mean = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4
  return [mean(0), mean(1)]
}

/** Means of opposite edges. */
function extents([first, second, third, fourth]: Quadrilateral): { width: number; height: number } {
  const length = (from: PixelPoint, to: PixelPoint) => Math.hypot(to[0] - from[0], to[1] - from[1])
  return {
    width: (length(first, second) + length(fourth, third)) / 2,
    height: (length(second, third) + length(first, fourth)) / 2,
  }
}
