/** Beams and demands with whole models: random ones, and the package's own on real crops. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import * as runtime from 'onnxruntime-node'
import * as webRuntime from 'onnxruntime-web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCharset } from '../../src/charset.ts'
import { openDataset } from '../../src/data/dataset.ts'
import { readWords } from '../../src/evaluate/validate.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { resize } from '../../src/image/resize.ts'
import { recognizerGraph } from '../../src/model/recognizer-graph.ts'
import { encoderGraph, stepGraph } from '../../src/model/step-graphs.ts'
import type { WeightsFile } from '../../src/model/weights-file.ts'
import { shapeOf, wordShapes } from '../../src/model/word-shapes.ts'
import { BeamSpellers } from '../../src/recognize/beam-speller.ts'
import type { RecognizeOptions } from '../../src/recognize/reading-options.ts'
import type { Recognition } from '../../src/recognize/recognition.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { StepDecoder } from '../../src/recognize/step-decoder.ts'
import { readWeightsFile } from '../../src/recognize/weights-source.ts'
import { Session, writeModel } from '../../src/tensor/index.ts'
import { expectedWords, readWordCounts } from '../../src/word-counts.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomWeights, stripedImages } from './random-model.ts'

const data = '../shared/data'
const lexiconFile = `${data}/lexicon-90k.txt`

/** Demands, and what every reading under them must be. */
const demands: [string, RecognizeOptions, RegExp][] = [
  ['a pattern', { pattern: '[A-Z][a-z]{2,7}' }, /^[A-Z][a-z]{2,7}$/],
  ['a pattern with choices', { pattern: '(\\d{1,3}|[A-F]+-\\w)+' }, /^(\d{1,3}|[A-F]+-\w)+$/],
  ['allowed characters', { allow: 'aeiouSTR0' }, /^[aeiouSTR0]*$/],
  ['a pattern of one length within allowed characters', { pattern: '.{4}', allow: 'ABC123' }, /^[ABC123]{4}$/],
  ['one beam', { pattern: '\\w\\d\\w*', beamWidth: 1 }, /^\w\d\w*$/],
]

/** In lower case, without marks around it. */
const bare = (text: string) => text.toLowerCase().replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')

function expectClose(found: readonly Omit<Recognition, 'turned'>[], wanted: readonly Recognition[]) {
  expect(found.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
  for (const [index, { confidence, characters }] of found.entries()) {
    expect(confidence).toBeCloseTo(wanted[index]!.confidence, 4)
    expect(characters.map(({ character }) => character)).toEqual([...wanted[index]!.text])
    for (const [place, { probability }] of characters.entries())
      expect(probability).toBeCloseTo(wanted[index]!.characters[place]!.probability, 4)
  }
}

/** Width 1 without a demand, which the recogniser itself leaves to its one graph. */
async function readInSteps(file: WeightsFile, images: readonly RgbImage[]) {
  const { settings, weights } = file
  const { imageHeight, imageWidth, furtherCharacters, maximumLength } = settings
  const encoder = await Session.create(writeModel(encoderGraph(settings, weights)), runtime)
  const step = await Session.create(writeModel(stepGraph(settings, weights)), runtime)
  const decoder = new StepDecoder(settings, { encoder, step, owned: [encoder, step] })
  const beams = new BeamSpellers(async () => decoder, { charset: createCharset(furtherCharacters), maximumLength })
  const speller = await beams.speller({ beamWidth: 1 })
  const pixels = Uint8Array.from(images.flatMap((image) => [...resize(image, imageWidth, imageHeight).data]))
  const { hypotheses } = await speller.spell(
    { type: 'uint8', shape: [images.length, imageHeight, imageWidth, 3], data: pixels },
    [],
  )
  await beams.dispose()
  return hypotheses
}

describe.each([
  ['the default', {}],
  ["the authors' quirks", { authorsQuirks: true }],
])('a random model, %s', (_, changes) => {
  const file = { settings: miniPreset({}, changes).model, weights: randomWeights(), provenance: {} }
  let recognizer: SceneTextRecognizer
  beforeAll(async () => {
    recognizer = await SceneTextRecognizer.create(file, runtime)
  })
  afterAll(() => recognizer.dispose())

  test('one beam without demands is greedy decoding', async () => {
    expectClose(
      await readInSteps(file, stripedImages),
      await recognizer.recognizeImages(stripedImages, { secondLook: false }),
    )
  })

  test('more beams never read less probable words, and the alternatives fall', async () => {
    const greedy = await recognizer.recognizeImages(stripedImages, { secondLook: false })
    const found = await recognizer.recognizeImages(stripedImages, { beamWidth: 6, alternatives: 3 })
    for (const [index, { text, confidence, alternatives }] of found.entries()) {
      expect(confidence).toBeGreaterThanOrEqual(greedy[index]!.confidence * (1 - 1e-4))
      const all = [{ text, confidence }, ...alternatives!]
      expect(all.length).toBeGreaterThan(1)
      expect(all.length).toBeLessThanOrEqual(4)
      expect(new Set(all.map((each) => each.text)).size).toBe(all.length)
      expect(all.map((each) => each.confidence)).toEqual(all.map((each) => each.confidence).sort((a, b) => b - a))
    }
    expect(greedy[0]).not.toHaveProperty('alternatives')
  })

  test('other characters of each place, of the greedy reading unless beams are asked for', async () => {
    const greedy = await recognizer.recognizeImages(stripedImages, { secondLook: false })
    const found = await recognizer.recognizeImages(stripedImages, { characterAlternatives: 4, secondLook: false })
    expectClose(found, greedy)
    for (const { alternatives, characters } of found) {
      expect(alternatives).toBeUndefined()
      for (const { character, probability, alternatives: others } of characters) {
        expect(new Set([character, ...others!.map((other) => other.character)]).size).toBe(5)
        const falling = [probability, ...others!.map((other) => other.probability)]
        expect(falling).toEqual([...falling].sort((a, b) => b - a))
        expect(falling.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1 + 1e-6)
      }
    }
    expect(greedy[0]!.characters[0]).not.toHaveProperty('alternatives')
  })

  test("a prior of weight 0 changes nothing, and confidence stays the model's under one of much", async () => {
    const prior = new Map([['lemon', 3]])
    const plain = await recognizer.recognizeImages(stripedImages, { beamWidth: 5 })
    expect(await recognizer.recognizeImages(stripedImages, { beamWidth: 5, prior, priorWeight: 0 })).toEqual(plain)
    const sure = await recognizer.recognizeImages(stripedImages, { prior, priorWeight: 200, beamWidth: 200 })
    const forced = await recognizer.recognizeImages(stripedImages, { pattern: '[Ll][Ee][Mm][Oo][Nn]', beamWidth: 200 })
    expectClose(sure, forced)
    expect(sure[0]!.text.toLowerCase()).toBe('lemon')
    expect(sure[0]!.confidence).toBeLessThan(1e-6)
  })

  test.each(demands)('%s: every reading and alternative fulfils it', async (_name, options, engine) => {
    for (const { text, alternatives } of await recognizer.recognizeImages(stripedImages, {
      ...options,
      alternatives: 2,
    }))
      for (const each of [text, ...alternatives!.map((other) => other.text)]) expect(each).toMatch(engine)
  })
})

describe('options', () => {
  const file = { settings: miniPreset().model, weights: randomWeights(), provenance: {} }

  test('a batch reads what its images read one by one, with what the rectifier found', async () => {
    const recognizer = await SceneTextRecognizer.create(file, runtime)
    for (const options of [{ beamWidth: 4 }, { pattern: '[a-m]+\\d?' }]) {
      const together = await recognizer.recognizeImages(stripedImages, { ...options, batchSize: 5 })
      const alone = []
      for (const image of stripedImages) alone.push(await recognizer.recognize(image, options))
      expectClose(together, alone)
      const geometry = async (searching: RecognizeOptions) =>
        (await recognizer.recognizeImages(stripedImages, { ...searching, geometry: true, secondLook: false })).map(
          (each) => each.geometry!,
        )
      const [found, wanted] = [await geometry(options), await geometry({})]
      expect(found[1]!.rectified.data).toHaveLength(9600)
      for (const [index, { controlPoints }] of found.entries())
        for (const [place, [x, y]] of controlPoints.entries()) {
          expect(x).toBeCloseTo(wanted[index]!.controlPoints[place]![0], 5)
          expect(y).toBeCloseTo(wanted[index]!.controlPoints[place]![1], 5)
        }
    }
    await recognizer.dispose()
  })

  test('a lexicon may change between two calls, also in place', async () => {
    const recognizer = await SceneTextRecognizer.create(file, runtime)
    const lexicon = ['Alpha', 'Beta']
    const read = async () => (await recognizer.recognize(stripedImages[2]!, { lexicon })).text
    expect(['Alpha', 'Beta']).toContain(await read())
    lexicon.splice(0, 2, 'Gamma')
    expect(await read()).toBe('Gamma')
    await recognizer.dispose()
  })

  test('what cannot be is said before anything is read', async () => {
    const recognizer = await SceneTextRecognizer.create(file, runtime)
    const read = (options: RecognizeOptions) => recognizer.recognize(stripedImages[0]!, options)
    await expect(read({ beamWidth: 0 })).rejects.toThrow('beamWidth: 0 is no whole number from 1')
    await expect(read({ alternatives: 1.5 })).rejects.toThrow('alternatives: 1.5 is no whole number from 0')
    await expect(read({ characterAlternatives: -1 })).rejects.toThrow('characterAlternatives: -1 is no whole number')
    await expect(read({ prior: ['a'], priorWeight: -1 })).rejects.toThrow('priorWeight: -1 is no number from 0')
    await expect(read({ priorWeight: 1 })).rejects.toThrow('priorWeight: there is no prior')
    await expect(read({ prior: ['straße'] })).rejects.toThrow('prior: the model can spell none of its words')
    await expect(read({ pattern: '\\d{11}' })).rejects.toThrow('no word of up to 10 characters matches "\\d{11}"')
    await expect(read({ lexicon: ['straße'] })).rejects.toThrow(/of its 1 words the model can spell none/)
    await recognizer.dispose()
  })

  test('the ctc decoder and exported files refuse', async () => {
    const ctc = await SceneTextRecognizer.create(file, runtime, { decoder: 'ctc' })
    await expect(ctc.recognize(stripedImages[0]!, { beamWidth: 2 })).rejects.toThrow(/ctc decoder knows no beams/)
    await ctc.dispose()
    const bytes = writeModel(recognizerGraph(file.settings, file.weights))
    const exported = await SceneTextRecognizer.fromOnnx(bytes, runtime)
    await expect(exported.recognize(stripedImages[0]!, { allow: 'a' })).rejects.toThrow(/read from a weights file/)
    await exported.dispose()
  })

  test('on WebAssembly as in Node', async () => {
    const readings = []
    for (const each of [runtime, webRuntime as unknown as typeof runtime]) {
      const recognizer = await SceneTextRecognizer.create(file, each)
      readings.push(await recognizer.recognizeImages(stripedImages, { pattern: '[a-z]{3,6}', beamWidth: 3 }))
      await recognizer.dispose()
    }
    expectClose(readings[1]!, readings[0]!)
  })
})

describe.skipIf(!existsSync(lexiconFile))("the package's model on real crops", () => {
  const crops: { label: string; image: RgbImage }[] = []
  let images: RgbImage[]
  let file: WeightsFile
  let recognizer: SceneTextRecognizer
  beforeAll(async () => {
    for (const spec of [
      { kind: 'iiit5k', path: `${data}/iiit5k/train` },
      { kind: 'icdar', path: `${data}/icdar2015/train/gt.txt` },
    ] as const) {
      const dataset = await openDataset(spec)
      crops.push(...(await readWords([dataset], 'validation', 60)))
      await dataset.close()
    }
    images = crops.map(({ image }) => image)
    file = await readWeightsFile({})
    // Beams know the decoder alone, which is what readings are compared with.
    recognizer = await SceneTextRecognizer.create({ ...file, ctcSure: undefined }, runtime)
  })
  afterAll(() => recognizer?.dispose())

  test('one beam without demands is greedy decoding, or the draft of the CTC head', async () => {
    // Those that are given as they are, at the width of a word.
    const { imageWidth } = file.settings
    const plain = images.filter((image) => {
      const shape = shapeOf(wordShapes(file.settings), image)
      return shape.imageWidth === imageWidth && image.width >= shape.leastAspect * image.height
    })
    expect(plain.length).toBeGreaterThan(60)
    const greedy = await readInSteps(file, plain)
    const found = await recognizer.recognizeImages(plain, { secondLook: false })
    const [alike, drafts] = [true, false].map((same) =>
      [...plain.keys()].filter((place) => (greedy[place]!.text === found[place]!.text) === same),
    ) as [number[], number[]]
    expect(drafts.length).toBeLessThan(0.05 * plain.length)
    expectClose(
      alike.map((place) => greedy[place]!),
      alike.map((place) => found[place]!),
    )
    const head = await SceneTextRecognizer.create(file, runtime, { decoder: 'ctc' })
    const read = await head.recognizeImages(drafts.map((place) => plain[place]!))
    await head.dispose()
    expect(drafts.map((place) => found[place]!.text)).toEqual(read.map(({ text }) => text))
  })

  test('alternatives are other words, none surer than the text, which they leave as it is', async () => {
    const without = await recognizer.recognizeImages(images)
    const found = await recognizer.recognizeImages(images, { alternatives: 3 })
    expect(found.map(({ alternatives, ...word }) => word)).toEqual(without)
    for (const { text, confidence, alternatives } of found) {
      const all = [{ text, confidence }, ...alternatives!]
      expect(new Set(all.map((each) => each.text)).size).toBe(all.length)
      for (const [index, each] of alternatives!.entries()) {
        expect(each.confidence).toBeLessThanOrEqual(all[index]!.confidence)
        expect(each.confidence + confidence).toBeLessThanOrEqual(1 + 1e-12)
      }
    }
    expect(found.filter(({ alternatives }) => alternatives!.length === 3).length).toBeGreaterThan(0.8 * images.length)
    // Of the words that are read wrong some are the right one otherwise.
    const wrong = found
      .map((word, index) => ({ word, label: crops[index]!.label }))
      .filter(({ word, label }) => word.text !== label)
    expect(wrong.some(({ word, label }) => word.alternatives!.some(({ text }) => text === label))).toBe(true)
  })

  test('five beams read what single images read, and nothing less probable than greedy decoding', async () => {
    const greedy = await recognizer.recognizeImages(images, { secondLook: false })
    const found = await recognizer.recognizeImages(images, { beamWidth: 5 })
    for (const [index, { confidence }] of found.entries())
      expect(confidence).toBeGreaterThan(greedy[index]!.confidence * (1 - 1e-3))
    const alone = []
    for (const image of images.slice(0, 12)) alone.push(await recognizer.recognize(image, { beamWidth: 5 }))
    expectClose(found.slice(0, 12), alone)
  })

  test('a word that is not sure is compared with others, frequent words expected, and any other read greedily', async () => {
    const wide = crops.filter(({ image: { width, height } }) => height <= 2 * width)
    const read = (options: RecognizeOptions) =>
      recognizer.recognizeImages(
        wide.map(({ image }) => image),
        options,
      )
    const right = (readings: readonly Recognition[]) =>
      readings.filter(({ text }, index) => text.toLowerCase() === wide[index]!.label.toLowerCase()).length
    const [once, twice, unprejudiced] = [await read({ secondLook: false }), await read({}), await read({ prior: null })]
    const expected = await readWordCounts(expectedWords())
    // Sooner of a word that is expected, later of another one of letters. Below 0.7 all may be read in further views.
    const sureFrom = ({ text }: Recognition) =>
      /[\d\s]/.test(text) || !/[a-z].*[a-z]/i.test(text) ? 0.8 : expected.has(bare(text)) ? 0.7 : 0.98
    const isSure = once.map((reading) => reading.confidence >= sureFrom(reading))
    const sureOf = (readings: readonly Recognition[]) => readings.filter((_, index) => isSure[index])
    expectClose(sureOf(twice), sureOf(once))
    expect(once.some(({ confidence }, index) => isSure[index] && confidence < 0.8)).toBe(true)
    expect(once.some(({ confidence }, index) => !isSure[index] && confidence >= 0.8)).toBe(true)
    const without = (readings: readonly Recognition[]) => readings.filter((_, index) => once[index]!.confidence >= 0.8)
    expectClose(without(unprejudiced), without(once))
    expect(await read({ prior: expected })).toEqual(twice)
    expect(right(twice)).toBeGreaterThan(right(once))
    // Of all validation words it reads more; of so few a word or two less is chance.
    expect(right(unprejudiced)).toBeGreaterThanOrEqual(right(once) - 2)
    expect(twice).not.toEqual(unprejudiced)
  })

  test('with a lexicon of 90,000 words every reading is one of them', async () => {
    const lexicon = (await readFile(lexiconFile, 'utf8')).split('\n').filter((line) => /^[^#]/.test(line))
    expect(lexicon.length).toBeGreaterThan(87_000)
    const known = new Set(lexicon)
    for (const { text, alternatives } of await recognizer.recognizeImages(images, { lexicon, alternatives: 3 }))
      for (const each of [text, ...alternatives!.map((other) => other.text)]) expect(known.has(each)).toBe(true)
  })

  test('a small lexicon with the right word among others reads more of them right', async () => {
    const right = async (options: RecognizeOptions) => {
      const readings = await recognizer.recognizeImages(images, options)
      return readings.filter(({ text }, index) => text.toLowerCase() === crops[index]!.label.toLowerCase()).length
    }
    const lexicon = crops.map(({ label }) => label)
    expect(await right({ lexicon })).toBeGreaterThan(await right({}))
  })

  test('a prior of the right words reads more of them right, and still reads what it does not know', async () => {
    const right = async (options: RecognizeOptions) => {
      const readings = await recognizer.recognizeImages(images, options)
      return readings.filter(({ text }, index) => text.toLowerCase() === crops[index]!.label.toLowerCase()).length
    }
    const plain = await right({ prior: null })
    expect(await right({ prior: crops.map(({ label }) => label) })).toBeGreaterThan(plain)
    expect(await right({ prior: ['unrelated', 'words'] })).toBeGreaterThan(0.9 * plain)
  })

  test.each(demands)('%s: every reading fulfils it', async (_, options, engine) => {
    for (const { text } of await recognizer.recognizeImages(images, options)) expect(text).toMatch(engine)
  })
})
