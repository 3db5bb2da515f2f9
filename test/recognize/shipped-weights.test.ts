/** What the weights of the package read: real words, the same in crops that are too large, and crops without a word. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDataset } from '../../src/data/dataset.ts'
import { readWords, type WordOfSet } from '../../src/evaluate/validate.ts'
import { isRight } from '../../src/evaluate/validation-view.ts'
import { cut } from '../../src/image/content.ts'
import { decodeImage } from '../../src/image/decode.ts'
import { surround } from '../../src/image/fit.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'

const shared = '../shared/data'
const isThere = existsSync(join(shared, 'words')) && existsSync(join(shared, 'photographs'))
if (!isThere) console.warn(`${shared} is missing: what the weights read of it is not tested`)

/** Right of 200 words and of 20 loose ones; of 20 crops without a word those that are no sure word. A few less than today. */
const least = {
  tiny: { words: 166, loose: 14, nothing: 19 },
  small: { words: 167, loose: 14, nothing: 19 },
} as const

describe.skipIf(!isThere).each(['tiny', 'small'] as const)('the weights of %s', (model) => {
  let recognizer: SceneTextRecognizer
  let words: WordOfSet[]
  beforeAll(async () => {
    recognizer = await SceneTextRecognizer.load({ model })
    const sets = ['icdar2015', 'svt', 'mlt2017'].map((name) => ({
      kind: 'lists' as const,
      path: join(shared, 'words', name),
    }))
    const datasets = await Promise.all(sets.map(openDataset))
    words = await readWords(datasets, 'validation', 200)
  })
  afterAll(() => recognizer.dispose())

  const right = async (images: readonly RgbImage[], labels: readonly string[]) => {
    const readings = await recognizer.recognizeImages(images)
    return readings.filter(({ text }, place) => isRight({ label: labels[place]!, prediction: text }, 'alphanumeric'))
      .length
  }

  test('real words', async () => {
    expect(words).toHaveLength(200)
    const found = await right(
      words.map(({ image }) => image),
      words.map(({ label }) => label),
    )
    expect(found).toBeGreaterThanOrEqual(least[model].words)
  })

  test('words with two of their heights of blank beside them', async () => {
    const some = words.filter((_, place) => place % 10 === 0)
    const images = some.map(({ image }) => surround(image, { left: 0, right: 2 * image.height, top: 0, bottom: 0 }))
    const found = await right(
      images,
      some.map(({ label }) => label),
    )
    expect(found).toBeGreaterThanOrEqual(least[model].loose)
  })

  test('photographs without text are no sure words', async () => {
    const folder = join(shared, 'photographs/negatives-bsds500')
    const files = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort()
    const crops: RgbImage[] = []
    for (let index = 0; index < 20; index++) {
      const image = await decodeImage(join(folder, files[index * 7]!))
      const [left, top] = [(index * 37) % (image.width - 160), (index * 53) % (image.height - 50)]
      crops.push(cut(image, { left, right: left + 160, top, bottom: top + 50 }))
    }
    const readings = await recognizer.recognizeImages(crops)
    const quiet = readings.filter(({ text, confidence }) => text === '' || confidence < 0.5)
    expect(quiet.length).toBeGreaterThanOrEqual(least[model].nothing)
  })
})
