/**
 * What weights read of validation words with one look, as they are and in several views of each as training's camera shows
 * them: four times the words, so that half a point is more than chance. Of two weights also how many views only one reads.
 *
 *   npx tsx tools/compare-weights.ts [--data lists:FOLDER ...] [--views 4] [--precision float32|int8] WEIGHTS [WEIGHTS]
 *
 * In 32 bits unless told otherwise, as not all weights know their bounds. WEIGHTS are files or names of packaged models;
 * the data are the scene words of ../shared/data unless given. The last view of each word is slanted.
 */
import { parseArgs } from 'node:util'
import { augment } from '../src/data/augment.ts'
import { openDataset, parseDataSpec } from '../src/data/dataset.ts'
import { canSlant, slant } from '../src/data/slant.ts'
import { readWords, type WordOfSet } from '../src/evaluate/validate.ts'
import { isRight } from '../src/evaluate/validation-view.ts'
import { widen } from '../src/image/fit.ts'
import type { RgbImage } from '../src/image/image.ts'
import { shapeOf, wordShapes } from '../src/model/word-shapes.ts'
import { createRandom, deriveSeed } from '../src/random.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { readWeightsFile } from '../src/recognize/weights-source.ts'

const SCENES = ['icdar2015', 'iiit5k', 'svt', 'mlt2017', 'icdar2003'].map(
  (name) => `lists:../shared/data/words/${name}`,
)
const SEED = 99

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', multiple: true, default: SCENES },
    views: { type: 'string', default: '4' },
    precision: { type: 'string', default: 'float32' },
  },
})
const count = Number(values.views)
if (positionals.length === 0 || !(count >= 1)) throw new Error('give WEIGHTS to read with, and --views of 1 or more')

const precision = values.precision as 'float32' | 'int8'
const { settings } = await readWeightsFile({ model: positionals[0]! })
const { imageHeight: height } = settings
const words = await readWords(
  await Promise.all(values.data.map((spec) => openDataset(parseDataSpec(spec)))),
  'validation',
  Infinity,
)
const views = words.flatMap((word, place) => Array.from({ length: count }, (_, number) => viewOf(word, place, number)))
const read: boolean[][] = []
for (const model of positionals) {
  const recognizer = await SceneTextRecognizer.load({ model, precision })
  const own = await readsRight(
    recognizer,
    words.map(({ image }) => image),
    (place) => words[place]!,
  )
  const seen = await readsRight(recognizer, views, (place) => words[Math.floor(place / count)]!)
  await recognizer.dispose()
  console.log(`${model}: ${describe(own)} words, ${describe(seen)} views`)
  read.push(seen)
}
const [first, second] = read
if (first && second) {
  const only = (some: readonly boolean[], others: readonly boolean[]) =>
    some.filter((reads, place) => reads && !others[place]).length
  console.log(`views that only the first reads ${only(first, second)}, only the second ${only(second, first)}`)
}

function viewOf({ label, image }: WordOfSet, place: number, number: number): RgbImage {
  const random = createRandom(deriveSeed(SEED, place, number))
  const isSlanted = number === count - 1 && canSlant({ text: label, image })
  const crop = isSlanted ? slant(image, random) : image
  const { imageWidth: width, leastAspect } = shapeOf(wordShapes(settings), crop)
  return augment(widen(crop, leastAspect), { width, height, random })
}

async function readsRight(
  recognizer: SceneTextRecognizer,
  images: readonly RgbImage[],
  wordAt: (place: number) => WordOfSet,
): Promise<boolean[]> {
  const found = await recognizer.recognizeImages(images, { secondLook: false, batchSize: 32 })
  return found.map(({ text }, place) => isRight({ label: wordAt(place).label, prediction: text }, 'alphanumeric'))
}

function describe(right: readonly boolean[]): string {
  const sum = right.filter(Boolean).length
  return `${sum} of ${right.length} (${((100 * sum) / right.length).toFixed(1)} %)`
}
