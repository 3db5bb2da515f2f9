/** Reads what is hardly sure in further views: without margins, on a ground, letters side by side, on its side, upside down. */
import type { RgbImage } from '../image/image.ts'
import { betterOf, type Hypothesis, type ReadView } from './hypothesis.ts'
import { lookAgain, readViews } from './read-views.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Speller } from './speller.ts'
import type { Views } from './views.ts'

/** Words that are less sure are read in further views. */
const DOUBTFUL = 0.7
/** By so much surer what is read in another view must be to count. */
const SURER = 1.3
/** What is no surer after all is also read upside down; that counts where it is so sure, and of two characters or more. */
const [HOPELESS, SURE_UPSIDE_DOWN] = [0.55, 0.8]

export interface FurtherViews<H extends Hypothesis> {
  readonly images: readonly RgbImage[]
  readonly views: Views
  readonly speller: Speller<H>
  readonly options: RecognizeOptions
}

/** Of each image what is read best, where that is clearly surer than what was read at first. */
export async function readFurther<H extends Hypothesis>(
  read: readonly ReadView<H>[],
  { images, views, speller, options }: FurtherViews<H>,
): Promise<ReadView<H>[]> {
  const { orientation = 'auto' } = options
  const further = read.map(({ hypothesis }, place) =>
    hypothesis.confidence < DOUBTFUL ? views.further(images[place]!, orientation) : [],
  )
  const others = (await readViews(further.flat(), speller, options)).values()
  return read.map((once, place) =>
    further[place]!.reduce((best, view) => {
      const other = others.next().value!
      const { confidence, characters } = other.hypothesis
      const [fewest, most] = view.room
      const isLong = characters.length >= fewest && characters.length <= most
      return isLong && confidence > SURER * once.hypothesis.confidence ? betterOf(best, other) : best
    }, once),
  )
}

/** Reads upside down what two looks have left unsure. */
export function readUpsideDown<H extends Hypothesis>(
  read: readonly ReadView<H>[],
  { images, views, speller, options }: FurtherViews<H>,
): Promise<readonly ReadView<H>[]> {
  const isHopeless = ({ confidence }: H) => confidence < HOPELESS
  return lookAgain(read, isHopeless, async (hopeless) => {
    const turned = hopeless.map((once) => views.upsideDown(images[read.indexOf(once)]!))
    const over = await readViews(turned, speller, options)
    return over.map((other, place) => {
      const { confidence, characters } = other.hypothesis
      return confidence > SURE_UPSIDE_DOWN && characters.length > 1 ? other : hopeless[place]!
    })
  })
}
