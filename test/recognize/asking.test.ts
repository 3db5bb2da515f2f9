/** How a recogniser is asked: what is misspelt, misplaced or not there is said; what was asked for is read to the end. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { formatWeights } from '../../src/model/weights-file.ts'
import type { ImageSource } from '../../src/recognize/image-source.ts'
import { checkModel } from '../../src/recognize/packaged-model.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { readWeightsFile } from '../../src/recognize/weights-source.ts'
import { miniPreset } from '../mini-preset.ts'
import { stripedImages as images, randomWeights } from './random-model.ts'

const { model: settings } = miniPreset()
const weights = formatWeights({ settings, weights: randomWeights(), provenance: {} }, 'F32')
const open = (options = {}) => SceneTextRecognizer.create(weights, runtime, options)

let recognizer: SceneTextRecognizer
let png: Buffer
beforeAll(async () => {
  recognizer = await open()
  const { width, height, data } = images[3]!
  png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
})
afterAll(() => recognizer.dispose())

describe('options', () => {
  test.each([
    [{ alternative: 3 }, 'alternative: is no option; did you mean alternatives?'],
    [{ orientation: 'sideways' }, 'orientation: "sideways" is none of auto, upright, any'],
    [{ lexicon: 'LIVING' }, 'lexicon: "LIVING" is no list of words'],
  ])('%j is refused, however it is asked', async (given, message) => {
    const options = given as object
    await expect(recognizer.recognize(images[0]!, options)).rejects.toThrow(message)
    await expect(recognizer.recognizeAll(images, options)).rejects.toThrow(message)
    await expect(recognizer.recognizeImages(images, options)).rejects.toThrow(message)
    await expect(recognizer.recognizeStream(images, options).next()).rejects.toThrow(message)
  })

  test('those of loading, too', async () => {
    const load = (options: object) => SceneTextRecognizer.load(options)
    await expect(load({ modle: 'small' })).rejects.toThrow('modle: is no option; did you mean model?')
    await expect(load({ precision: 'int4' })).rejects.toThrow('precision: "int4" is none of float32, int8')
    await expect(load({ words: 'nowhere.txt' })).rejects.toThrow('words: nowhere.txt: no such file')
    await expect(load({ model: 'huge' })).rejects.toThrow(/huge: no such weights file, .*\(tiny and small\)/)
    await expect(load({ model: 'base' })).rejects.toThrow(
      /no weights of "base" come with the package, only of tiny and/,
    )
    await expect(open({ modle: 'small' })).rejects.toThrow('modle: is no option')
  })

  test('more threads than cores are lowered, and it is said', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const many = await open({ threads: 100_000 })
    expect(await many.recognize(images[0]!)).toMatchObject({ text: expect.any(String) })
    await many.dispose()
    expect(warn.mock.calls).toEqual([
      [`safl: threads: 100000 is more than the cores there are: ${availableParallelism()} are used`],
    ])
    warn.mockRestore()
  })
})

describe('images', () => {
  test('a single one is no list, nor a stream', async () => {
    const all = (given: unknown) => recognizer.recognizeAll(given as ImageSource[])
    await expect(all('a.png')).rejects.toThrow('"a.png" is no list of images: recognize reads a single one')
    await expect(all(png)).rejects.toThrow('what holds bytes is no list of images')
    for (const given of ['a.png', png, 3])
      await expect(recognizer.recognizeStream(given as never).next()).rejects.toThrow(/is no stream or list of images/)
  })

  test('one that cannot be read is named by its place in the list', async () => {
    const failure = recognizer.recognizeAll([images[0]!, png, Uint8Array.of(1, 2, 3)])
    await expect(failure).rejects.toMatchObject({ name: 'SaflError', code: 'image' })
    await expect(failure).rejects.toThrow(/^images\[2\]: image: is no image that can be read/)
    await expect(recognizer.recognizeAll(['nowhere.png'])).rejects.toThrow('images[0]: nowhere.png: no such file')
    await expect(recognizer.recognize('nowhere.png')).rejects.toThrow(/^nowhere\.png: no such file/)
  })

  test('addresses are not fetched, and what is long is cut', async () => {
    const base64 = png.toString('base64')
    const cases: [string, RegExp][] = [
      [
        'https://example.org/a.png',
        /^https:\/\/example\.org\/a\.png: only files are read, nothing from the network; fetch/,
      ],
      ['s3://bucket/a.png', /^s3:\/\/bucket\/a\.png: only files are read/],
      [`data:image/png;base64,${base64}`, /^data:image\/png;.{65}…: holds an image itself: give its bytes/],
      [base64, /^iVBORw0KGgo.{69}…: holds an image itself: give its bytes/],
      ['x'.repeat(5000), /^x{80}…: no such file; give an image itself by its bytes/],
    ]
    for (const [given, message] of cases) await expect(recognizer.recognize(given)).rejects.toThrow(message)
  })

  test('a file: address in a text, and bytes and pixels of another realm, are read', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'safl-')), 'word.png')
    await writeFile(path, png)
    const foreign = (bytes: Iterable<number>) => runInNewContext(`Uint8Array.from(${JSON.stringify([...bytes])})`)
    const { width, height, data } = images[3]!
    const sources = [
      pathToFileURL(path).href,
      foreign(png),
      foreign(png).buffer,
      { width, height, data: foreign(data) },
    ]
    const [wanted] = await recognizer.recognizeImages([images[3]!])
    for (const source of sources) expect(await recognizer.recognize(source)).toEqual(wanted)
  })
})

test('what was asked for before a recogniser is disposed of is read, what is asked for later is not', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'safl-')), 'word.png')
  await writeFile(path, png)
  const other = await open()
  const reading = other.recognizeAll([path, path])
  const alone = other.recognize(path)
  const disposing = other.dispose()
  await expect(other.recognize(path)).rejects.toThrow(/was disposed of/)
  await expect(other.recognizeAll([path])).rejects.toThrow(/was disposed of/)
  const [wanted] = await recognizer.recognizeImages([images[3]!])
  expect([...(await reading), await alone]).toEqual([wanted, wanted, wanted])
  await disposing
  await other.dispose()
})

describe("the package's weights are those that were asked for", () => {
  test('by the shape of their backbone, and by the name that they give', async () => {
    const [tiny, small] = [await readWeightsFile({ model: 'tiny' }), await readWeightsFile({ model: 'small' })]
    expect(() => checkModel(tiny, 'tiny')).not.toThrow()
    expect(() => checkModel(small, 'tiny')).toThrow('these are not the weights of tiny: has a bundler put another file')
    expect(() => checkModel(tiny, 'small')).toThrow('these are not the weights of small')
    expect(() => checkModel({ ...tiny, provenance: { model: 'small' } }, 'tiny')).toThrow('of tiny but of small')
  })
})
