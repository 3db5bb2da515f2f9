/** In Node a worker thread reads: what it reads, and that the caller's thread stays awake. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeImage } from '../../src/image/decode.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'

const words = ['EXIT', 'taxi', 'Station', '2024', 'open', 'Café', 'No.7', 'BANK']
let images: RgbImage[]
let inWorker: SceneTextRecognizer
let inThread: SceneTextRecognizer
beforeAll(async () => {
  images = await Promise.all(words.map(drawWord))
  inWorker = await SceneTextRecognizer.load()
  inThread = await SceneTextRecognizer.load({ worker: false })
})
afterAll(async () => {
  await inWorker.dispose()
  await inThread.dispose()
})

async function drawWord(text: string): Promise<RgbImage> {
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" text-anchor="middle">${text}</text></svg>`
  return decodeImage(await sharp(Buffer.from(svg)).png().toBuffer())
}

test('it reads what the caller’s thread reads, one by one, at once and all together', async () => {
  const options = { alternatives: 2, geometry: true }
  const wanted = await inThread.recognizeAll(images, options)
  expect(await inWorker.recognizeAll(images, options)).toEqual(wanted)
  expect(await inWorker.recognize(images, options)).toEqual(wanted)
  expect(await Promise.all(images.map((image) => inWorker.recognize(image, options)))).toEqual(wanted)
  expect(wanted[0]!.text).toBe('EXIT')
})

test('lists are kept there, and a lexicon that changes is followed', async () => {
  const lexicon = ['TAXI', 'STATION']
  const read = async () => (await inWorker.recognize(images[0]!, { lexicon })).text
  expect(lexicon).toContain(await read())
  lexicon.push('EXIT')
  expect(await read()).toBe('EXIT')
  const prior = new Map([['taxi', 5]])
  expect(await inWorker.recognizeAll(images, { prior })).toEqual(await inThread.recognizeAll(images, { prior }))
  expect(await inWorker.recognizeAll(images, { prior })).toEqual(await inThread.recognizeAll(images, { prior }))
})

test('errors keep their code', async () => {
  await expect(inWorker.recognize(images[0]!, { pattern: '(' })).rejects.toMatchObject({
    name: 'SaflError',
    code: 'option',
  })
  await expect(SceneTextRecognizer.load({ model: 'none.safetensors' })).rejects.toMatchObject({ code: 'weights' })
})

test('the caller’s thread goes on while a worker reads', async () => {
  let ticks = 0
  const ticking = setInterval(() => ticks++, 1)
  await inWorker.recognizeAll([...images, ...images, ...images, ...images])
  clearInterval(ticking)
  expect(ticks).toBeGreaterThan(20)
})

test('an aborted reading rejects with the reason, and others are read', async () => {
  const controller = new AbortController()
  const many = Array.from({ length: 20 }, () => images).flat()
  const aborted = expect(inWorker.recognizeAll(many, { signal: controller.signal })).rejects.toThrow('enough')
  const other = inWorker.recognize(images[0]!)
  setTimeout(() => controller.abort(new Error('enough')), 20)
  await aborted
  expect((await other).text).toBe('EXIT')
})

test('disposing waits for what was asked before', async () => {
  const recognizer = await SceneTextRecognizer.load()
  const asked = images.map((image) => recognizer.recognize(image))
  const disposed = recognizer.dispose()
  expect((await Promise.all(asked)).map(({ text }) => text)[0]).toBe('EXIT')
  await disposed
  await expect(recognizer.recognize(images[0]!)).rejects.toMatchObject({ code: 'disposed' })
})

test('a program ends by itself though nothing was disposed of', async () => {
  const program = `
    import { SceneTextRecognizer } from './src/index.ts'
    const recognizer = await SceneTextRecognizer.load()
    const data = new Uint8Array(300).fill(90)
    console.log((await recognizer.recognize({ width: 10, height: 10, data })).confidence)`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  expect(stdout).toBe('1\n')
})
