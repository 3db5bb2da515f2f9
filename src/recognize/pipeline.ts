/**
 * How a crop becomes a recognition, whatever spells it: views of the crop are read and the best is chosen; what is hardly sure
 * is read in further views; what is not sure gets a second look; what is hopeless is read upside down.
 */
import { isBlank } from '../image/content.ts'
import type { RgbImage } from '../image/image.ts'
import { type FurtherViews, readFurther, readUpsideDown } from './further-views.ts'
import type { Hypothesis, ReadView } from './hypothesis.ts'
import { readBest, readViews } from './read-views.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Alternative, Recognition } from './recognition.ts'
import type { SecondLook } from './second-look.ts'
import type { Speller } from './speller.ts'
import { restored, type Views } from './views.ts'

/** What differs from recogniser to recogniser, and from wish to wish. */
export interface Stages<H extends Hypothesis> {
  readonly views: Views
  readonly speller: Speller<H>
  /** For images of one view: what it says need not be comparable with what is read of others. */
  readonly quick: Speller<H>
  readonly secondLook: SecondLook<H>
  /** Other words that images may show; asked for only where they are wanted. */
  alternatives(read: readonly ReadView<H>[]): Promise<readonly (readonly Alternative[])[]>
}

/** One an image, in their order. */
export async function recognizeCrops<H extends Hypothesis>(
  images: readonly RgbImage[],
  stages: Stages<H>,
  options: RecognizeOptions,
): Promise<Recognition[]> {
  // The network would read a word in an image in which nothing stands out; what is demanded of a reading holds there, too.
  const isFree = [options.lexicon, options.pattern, options.allow].every((constraint) => constraint === undefined)
  const blank = images.map((image) => isFree && isBlank(image))
  // Where the rectifier would look is wanted of them, too.
  const wanted = [...images.keys()].filter((place) => options.geometry || !blank[place])
  const read = await recognizeWords(
    wanted.map((place) => images[place]!),
    stages,
    options,
  )
  const found = new Map(wanted.map((place, index) => [place, read[index]!]))
  return images.map((_, place) => (blank[place] ? nothing(options, found.get(place)) : found.get(place)!))
}

async function recognizeWords<H extends Hypothesis>(
  images: readonly RgbImage[],
  stages: Stages<H>,
  options: RecognizeOptions,
): Promise<Recognition[]> {
  const { views, speller, secondLook, alternatives } = stages
  const { orientation = 'auto' } = options
  let read: readonly ReadView<H>[] = await readFirst(images, stages, options)
  if (options.secondLook ?? true) {
    const further: FurtherViews<H> = { images, views, speller, options }
    read = await readFurther(read, further)
    read = await secondLook(read)
    if (orientation === 'auto') read = await readUpsideDown(read, further)
  }
  const others = options.alternatives ? await alternatives(read) : []
  return read.map((once, place) => recognitionOf(once, others[place]))
}

/** The only view of each image, or the best of several. */
async function readFirst<H extends Hypothesis>(
  images: readonly RgbImage[],
  { views, speller, quick }: Stages<H>,
  options: RecognizeOptions,
): Promise<ReadView<H>[]> {
  const all = images.map((image) => views.of(image, options.orientation ?? 'auto'))
  const single = all.filter(({ length }) => length === 1).flat()
  const several = all.filter(({ length }) => length > 1)
  const alone = (await readViews(single, quick, options)).values()
  const best = (await readBest(several, speller, options)).values()
  return all.map(({ length }) => (length === 1 ? alone : best).next().value!)
}

function recognitionOf(
  { view, hypothesis, geometry, attention }: ReadView,
  alternatives: readonly Alternative[] | undefined,
): Recognition {
  const { text, confidence, characters } = hypothesis
  return {
    text,
    confidence,
    characters,
    ...(alternatives && { alternatives }),
    turned: view.turned,
    ...(geometry && { geometry: restored(geometry, view) }),
    ...(attention && { attention }),
  }
}

/** What is read of an image without any content. */
function nothing({ alternatives, attention }: RecognizeOptions, read: Recognition | undefined): Recognition {
  const { geometry, turned = 0 } = read ?? {}
  return {
    text: '',
    confidence: 1,
    characters: [],
    ...(alternatives && { alternatives: [] }),
    turned,
    ...(geometry && { geometry }),
    ...(attention && { attention: [] }),
  }
}
