import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { END } from '../../src/charset.ts'
import { lean } from '../../src/image/lean.ts'
import { resize } from '../../src/image/resize.ts'
import { turnQuarter } from '../../src/image/turn.ts'
import { decodeTargets, encodeImage } from '../../src/model/safl.ts'
import { weightScope } from '../../src/model/scope.ts'
import { formatWeights } from '../../src/model/weights-file.ts'
import type { StreamReading } from '../../src/recognize/abstract-recognizer.ts'
import { drawAttention } from '../../src/recognize/attention-map.ts'
import type { ImageSource } from '../../src/recognize/image-source.ts'
import type { Decoder } from '../../src/recognize/reading-options.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { Graph, Session, softmax, writeModel } from '../../src/tensor/index.ts'
import { miniPreset } from '../mini-preset.ts'
import { stripedImages as images, randomWeights } from './random-model.ts'

const { model: settings } = miniPreset()

describe('the recogniser', () => {
  let recognizer: SceneTextRecognizer
  /** Whose weights have no head that drafts. */
  let headless: SceneTextRecognizer
  const weights = randomWeights()
  beforeAll(async () => {
    recognizer = await SceneTextRecognizer.create(formatWeights({ settings, weights, provenance: {} }, 'F32'), runtime)
    const fewer = new Map([...weights].filter(([name]) => !name.startsWith('ctc.')))
    headless = await SceneTextRecognizer.create({ settings, weights: fewer, provenance: {} }, runtime)
  })
  afterAll(async () => {
    await recognizer.dispose()
    await headless.dispose()
  })

  test('a batch reads what its images read one by one', async () => {
    const together = await recognizer.recognizeImages(images)
    const alone = await Promise.all(images.map((image) => recognizer.recognize(image)))
    expect(together.map(({ text }) => text)).toEqual(alone.map(({ text }) => text))
    for (const [index, { confidence }] of together.entries())
      expect(confidence).toBeCloseTo(alone[index]!.confidence, 5)
    const once = await recognizer.recognizeImages(images, { secondLook: false })
    expect(new Set(once.map(({ text }) => text)).size).toBeGreaterThan(1)
  })

  test('an image in which nothing stands out is an empty text, and whatever else was asked for is there', async () => {
    const blank = { width: 30, height: 10, data: new Uint8Array(900).fill(90) }
    const options = { geometry: true, attention: true }
    const [word, other] = await recognizer.recognizeImages([blank, images[0]!], options)
    expect(word).toMatchObject({ text: '', confidence: 1, characters: [], attention: [], turned: 0 })
    expect(word!.geometry!.controlPoints).toHaveLength(settings.rectifier.controlPoints)
    expect(other!.text).toBe((await recognizer.recognize(images[0]!)).text)
    expect(await recognizer.recognize(blank, { alternatives: 2 })).toMatchObject({ text: '', alternatives: [] })
  })

  test('confidence is the product of the probabilities', async () => {
    const [word] = await recognizer.recognizeImages(images.slice(0, 1), { secondLook: false })
    expect(word!.characters.map(({ character }) => character).join('')).toBe(word!.text)
    const product = word!.characters.reduce((value, { probability }) => value * probability, 1)
    expect(word!.confidence).toBeLessThanOrEqual(product + 1e-9)
  })

  test('steps with cached keys and values give the probabilities of one pass over the word', async () => {
    const [word] = await recognizer.recognizeImages([images[3]!], { secondLook: false })
    const length = word!.characters.length + 1
    const graph = new Graph()
    const scope = weightScope(graph, weights)
    const { imageHeight: height, imageWidth: width } = settings
    const { memory } = encodeImage(scope, settings, graph.input('images', 'uint8', [1, height, width, 3]))
    graph.output('p', softmax(decodeTargets(scope, settings, memory, graph.input('targets', 'int32', [1, length]))))
    const session = await Session.create(writeModel(graph), runtime)
    const { encodeText } = await import('../../src/charset.ts')
    const ids = encodeText(word!.text)
    const { p } = await session.run({
      images: { type: 'uint8', shape: [1, height, width, 3], data: resize(images[3]!, width, height).data },
      targets: { type: 'int32', shape: [1, length], data: Int32Array.from([...ids, END]) },
    })
    await session.dispose()
    for (const [step, id] of ids.entries()) {
      expect(p!.data[step * 97 + id]).toBeCloseTo(word!.characters[step]!.probability, 4)
    }
  })

  test('a stream gives every image its reading or its error, in order', async () => {
    const sources: ImageSource[] = [images[0]!, 'nowhere.png', images[1]!, Uint8Array.of(1, 2, 3), images[2]!]
    const found: StreamReading<ImageSource>[] = []
    for await (const each of recognizer.recognizeStream(sources, { batchSize: 2 })) found.push(each)
    expect(found.map(({ source }) => source)).toEqual(sources)
    const wanted = (await recognizer.recognizeImages(images.slice(0, 3))).map(({ text }) => text)
    expect(found.flatMap((each) => ('error' in each ? [] : [each.recognition.text]))).toEqual(wanted)
    expect(found.flatMap((each) => ('error' in each ? [each.error.message] : []))).toEqual([
      'nowhere.png: no such file',
      expect.stringMatching(/^image: is no image that can be read/),
    ])
  })

  test('no more than two batches of a stream are taken before the first is read', async () => {
    let taken = 0
    async function* endless() {
      for (;;) {
        taken++
        yield images[0]!
      }
    }
    for await (const each of recognizer.recognizeStream(endless(), { batchSize: 3 })) {
      expect('recognition' in each).toBe(true)
      break
    }
    expect(taken).toBeLessThanOrEqual(6)
  })

  test('what came before the source of a stream failed is read', async () => {
    async function* failing() {
      yield* images.slice(0, 3)
      throw new Error('the camera is gone')
    }
    const texts: string[] = []
    const reading = (async () => {
      for await (const each of recognizer.recognizeStream(failing(), { batchSize: 2 }))
        if ('recognition' in each) texts.push(each.recognition.text)
    })()
    await expect(reading).rejects.toThrow('the camera is gone')
    expect(texts).toEqual((await recognizer.recognizeImages(images.slice(0, 2))).map(({ text }) => text))
    await expect(recognizer.recognizeImages(images, { batchSize: 0 })).rejects.toThrow(/^batchSize: 0/)
  })

  test('a path, a URL, the bytes of a file, a blob and pixels of one image read alike', async () => {
    const { width, height, data } = images[3]!
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer()
    const path = join(await mkdtemp(join(tmpdir(), 'safl-')), 'word.png')
    await writeFile(path, png)
    const rgba = await sharp(png).ensureAlpha().raw().toBuffer()
    const buffer = png.buffer.slice(png.byteOffset, png.byteOffset + png.length) as ArrayBuffer
    const sources = [path, pathToFileURL(path), png, buffer, new Blob([png]), { width, height, data: rgba }]
    const [wanted] = await recognizer.recognizeImages([images[3]!])
    expect(await recognizer.recognizeAll(sources, { batchSize: 1 })).toEqual(sources.map(() => wanted))
    await expect(recognizer.recognize(new URL('https://example.org/a.png'))).rejects.toThrow(/only files are read/)
    await expect(recognizer.recognize({ width: 3, height: 3, data: new Uint8Array(5) })).rejects.toThrow(/5 bytes/)
  })

  test('orientation: the most confident of all turns, or none', async () => {
    const turned = turnQuarter(images[4]!, 'clockwise')
    const [upright] = await recognizer.recognizeImages([turned], { orientation: 'upright' })
    const [any] = await recognizer.recognizeImages([turned], { orientation: 'any' })
    const turns = [turned]
    for (let quarter = 1; quarter < 4; quarter++) turns.push(turnQuarter(turns[quarter - 1]!, 'clockwise'))
    const alone = await recognizer.recognizeImages(turns, { orientation: 'upright' })
    expect(upright).toEqual(alone[0])
    const best = alone.reduce((best, each, quarter) => (each.confidence > alone[best]!.confidence ? quarter : best), 0)
    expect(any).toEqual({ ...alone[best]!, turned: 90 * best })
  })

  test('attention: a map a character, of each image alone', async () => {
    const together = await recognizer.recognizeImages(images, { attention: true, geometry: true })
    for (const [index, { attention, characters, geometry }] of together.entries()) {
      expect(attention).toHaveLength(characters.length)
      for (const map of attention!) expect(map.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4)
      const [alone] = await recognizer.recognizeImages([images[index]!], { attention: true })
      for (const [place, map] of attention!.entries())
        for (const [column, share] of map.entries()) expect(share).toBeCloseTo(alone!.attention![place]![column]!, 4)
      const { width, height } = geometry!.rectified
      const drawn = drawAttention(geometry!.rectified, attention!)
      expect([drawn.width, drawn.height]).toEqual([width, height * characters.length])
    }
    await expect(recognizer.recognizeImages(images, { attention: true, beamWidth: 2 })).rejects.toThrow(/^attention: /)
  })

  test('one that was disposed of says so', async () => {
    const other = await SceneTextRecognizer.create({ settings, weights, provenance: {} }, runtime)
    const reading = other.recognizeImages(images, { batchSize: 1 })
    await other.dispose()
    expect(await reading).toHaveLength(images.length)
    await other.dispose()
    await expect(other.recognize(images[0]!)).rejects.toThrow(/was disposed of/)
  })

  test('a second look compares what it finds in views that lean, by the mean over them', async () => {
    const once = await recognizer.recognizeImages(images, { secondLook: false })
    const twice = await recognizer.recognizeImages(images, { prior: null, geometry: true, attention: true })
    const unsure = [...once.keys()].filter((place) => once[place]!.confidence < 0.8)
    expect(unsure.length).toBeGreaterThan(0)
    expect(unsure.length).toBeLessThan(images.length)
    for (const [place, { text, confidence, characters, attention, geometry }] of twice.entries()) {
      if (!unsure.includes(place)) {
        expect([text, confidence]).toEqual([once[place]!.text, once[place]!.confidence])
        continue
      }
      const image = images[place]!
      const { imageHeight: height, imageWidth: width } = settings
      const shown = resize(image, width, height)
      const leaning = [-0.15, 0.15].map((share) => lean(shown, (share * image.height * width) / image.width))
      const meanOf = async (word: string) => {
        const pattern = word.replace(/[^a-zA-Z0-9]/g, '\\$&')
        const read = await recognizer.recognizeImages([image, ...leaning], { pattern, secondLook: false })
        return read.reduce((sum, each) => sum + each.confidence, 0) / read.length
      }
      const views = await recognizer.recognizeImages([image, ...leaning], { secondLook: false })
      const chosen = await meanOf(text)
      for (const view of views) expect(chosen).toBeGreaterThanOrEqual((await meanOf(view.text)) * (1 - 1e-4))
      expect(confidence).toBeGreaterThan(0)
      expect(confidence).toBeLessThanOrEqual(1)
      expect(characters.map(({ character }) => character).join('')).toBe(text)
      expect(attention).toHaveLength(text.length)
      expect(geometry!.controlPoints).toHaveLength(settings.rectifier.controlPoints)
    }
  })

  test('without a head that drafts a second look leans the words that are not sure, and the most confident reading counts', async () => {
    const once = await headless.recognizeImages(images, { secondLook: false, geometry: true })
    const twice = await headless.recognizeImages(images, { prior: null, geometry: true })
    for (const [index, { confidence }] of twice.entries()) {
      expect(confidence).toBeGreaterThanOrEqual(once[index]!.confidence)
      if (once[index]!.confidence >= 0.8 || confidence === once[index]!.confidence)
        expect(twice[index]).toEqual(once[index])
    }
    expect(twice.filter(({ confidence }, index) => confidence > once[index]!.confidence).length).toBeGreaterThan(0)
  })

  test('what a second look finds is given in the image that does not lean', async () => {
    const { imageHeight: height, imageWidth: width } = settings
    const options = { geometry: true, secondLook: false }
    const once = await headless.recognizeImages(images, options)
    const twice = await headless.recognizeImages(images, { prior: null, geometry: true, orientation: 'upright' })
    const place = twice.findIndex(({ confidence }, index) => confidence > once[index]!.confidence)
    const image = images[place]!
    const shifts = [-0.15, 0.15].map((share) => (share * image.height * width) / image.width)
    const leaning = await headless.recognizeImages(
      shifts.map((shift) => lean(resize(image, width, height), shift)),
      options,
    )
    const best = leaning[0]!.confidence > leaning[1]!.confidence ? 0 : 1
    const { geometry, ...word } = leaning[best]!
    expect(twice[place]).toMatchObject(word)
    for (const [index, [x, y]] of twice[place]!.geometry!.controlPoints.entries()) {
      const [leant, row] = geometry!.controlPoints[index]!
      expect(y).toBeCloseTo(row, 4)
      // A row of the leaning image shows what lies so many columns further left, below the middle.
      expect(x * width).toBeCloseTo(leant * width - shifts[best]! * (row - 0.5), 2)
    }
  })

  test('a tall image is read upright and turned, and the most confident reading counts', async () => {
    const tall = turnQuarter(images[4]!, 'back')
    const [wide, standing] = await recognizer.recognizeImages([images[4]!, { ...tall }])
    const turns = [turnQuarter(tall, 'clockwise'), turnQuarter(tall, 'back')]
    expect(turns[0]).toEqual(images[4])
    expect(images[4]!.width).toBeGreaterThan(2 * images[4]!.height)
    expect(standing!.confidence).toBeGreaterThanOrEqual(wide!.confidence - 1e-6)
  })

  test('geometry: the straightened word and its control points, of each image alone', async () => {
    const together = await recognizer.recognizeImages(images, { geometry: true })
    const [alone] = await recognizer.recognizeImages([images[2]!], { geometry: true })
    const { rectified, controlPoints } = together[2]!.geometry!
    expect([rectified.width, rectified.height, rectified.data.length]).toEqual([100, 32, 9600])
    expect(controlPoints).toHaveLength(settings.rectifier.controlPoints)
    for (const [index, value] of rectified.data.entries())
      expect(Math.abs(value - alone!.geometry!.rectified.data[index]!)).toBeLessThanOrEqual(1)
    expect(controlPoints).not.toEqual(together[3]!.geometry!.controlPoints)
    expect((await recognizer.recognizeImages([images[0]!]))[0]).not.toHaveProperty('geometry')
  })

  test('an aborted signal ends reading', async () => {
    await expect(recognizer.recognizeImages(images, { signal: AbortSignal.abort() })).rejects.toThrow()
  })

  test('weights without a tensor, or of another model, are refused by name', async () => {
    const fewer = new Map(weights)
    fewer.delete('encoder.layer0.0.weight')
    const open = (changed: typeof weights) =>
      SceneTextRecognizer.create({ settings, weights: changed, provenance: {} }, runtime)
    await expect(open(fewer)).rejects.toThrow(/lack "encoder.layer0.0.weight"/)
    const other = new Map(weights).set('encoder.layer0.0.weight', { shape: [3, 4, 3, 3], data: new Float32Array(108) })
    await expect(open(other)).rejects.toThrow(/"encoder.layer0.0.weight" is \[3, 4, 3, 3\]/)
  })
})

describe('the recogniser without a decoder', () => {
  const weights = randomWeights()
  const open = (decoder: Decoder, held = weights) =>
    SceneTextRecognizer.create({ settings, weights: held, provenance: {} }, runtime, { decoder })

  test('a batch reads what its images read one by one, and not what the decoder spells', async () => {
    const recognizer = await open('ctc')
    const together = await recognizer.recognizeImages(images, { geometry: true })
    const alone = await Promise.all(images.map((image) => recognizer.recognize(image)))
    await recognizer.dispose()
    expect(together.map(({ text }) => text)).toEqual(alone.map(({ text }) => text))
    expect(new Set(together.map(({ text }) => text)).size).toBeGreaterThan(1)
    for (const [index, { text, confidence, characters, geometry }] of together.entries()) {
      expect(confidence).toBeCloseTo(alone[index]!.confidence, 5)
      expect(confidence).toBeGreaterThan(0)
      expect(characters.map(({ character }) => character).join('')).toBe(text)
      expect(geometry!.rectified.data).toHaveLength(9600)
    }
    const attention = await open('attention')
    const spelled = await attention.recognizeImages(images)
    await attention.dispose()
    expect(spelled.map(({ text }) => text)).not.toEqual(together.map(({ text }) => text))
  })

  test('weights without the head are refused, and read by attention as if they had it', async () => {
    const without = new Map([...weights].filter(([name]) => !name.startsWith('ctc.')))
    await expect(open('ctc', without)).rejects.toThrow(/no CTC head: train with training.ctcWeight/)
    const readings = []
    for (const held of [weights, without]) {
      const recognizer = await open('attention', held)
      readings.push(await recognizer.recognizeImages(images, { secondLook: false }))
      await recognizer.dispose()
    }
    const [settled, spelled] = readings
    expect(settled!.map(({ text }) => text)).toEqual(spelled!.map(({ text }) => text))
    for (const [place, { confidence }] of settled!.entries())
      expect(confidence).toBeCloseTo(spelled![place]!.confidence, 5)
  })
})
