/** In Node a worker thread reads photographs: what it reads, and that the caller's thread stays awake. */
import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toPortable } from '../../src/read/photograph-source.ts'
import { TextReader } from '../../src/read/text-reader.ts'
import { WorkerTextReader } from '../../src/read/worker-text-reader.ts'
import type { ImageSource } from '../../src/recognize/image-source.ts'
import { startThread } from '../../src/start-thread.ts'
import { startNodeWorker } from '../../src/worker/node-port.ts'
import { drawn, drawPhotograph } from './drawn-photograph.ts'
import type { Death } from './dying-reader-worker.ts'

const words = [drawn('FRESH', [60, 40]), drawn('BREAD', [220, 40]), drawn('HOTEL', [700, 330], { angle: 90 })]
const boxes = words.map(({ quadrilateral }) => quadrilateral)
/** Boxes that take a while to be read. */
const many = Array.from({ length: 60 }, (_, place) => boxes[place % boxes.length]!)

let photograph: Buffer
let inWorker: TextReader
let inThread: TextReader
beforeAll(async () => {
  photograph = await drawPhotograph(words).png().toBuffer()
  inWorker = await TextReader.load({ finder: null })
  inThread = await TextReader.load({ finder: null, worker: false })
})
afterAll(async () => {
  await inWorker.dispose()
  await inThread.dispose()
})

test('it reads what the caller’s thread reads of every source, and takes nothing away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'safl-'))
  const path = join(folder, 'street.png')
  await writeFile(path, photograph)
  const { data, info } = await drawPhotograph(words).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const part = new Uint8Array([1, ...photograph]).subarray(1)
  const sources: ImageSource[] = [
    ...[path, pathToFileURL(path), pathToFileURL(path).href],
    ...[photograph, part, new Uint8Array(photograph).buffer],
    ...[new Blob([new Uint8Array(photograph)]), new File([new Uint8Array(photograph)], 'street.png')],
    { width: info.width, height: info.height, data },
  ]
  const options = { boxes, alternatives: 2, geometry: true }
  const wanted = await inThread.read(path, options)
  expect(wanted.text).toBe('FRESH BREAD\nHOTEL')
  for (const source of sources) expect(await inWorker.read(source, options)).toEqual(wanted)
  expect(part.byteLength).toBe(photograph.byteLength)
  expect(data.length).toBe(800 * 600 * 3)
})

test('lists cross once, and a lexicon that changes is followed', async () => {
  const lexicon = ['bride', 'hotels', 'flesh']
  const [box] = boxes
  const read = async () => (await inWorker.read(photograph, { boxes: [box!], lexicon })).text
  expect(await read()).toBe('flesh')
  expect(await read()).toBe('flesh')
  lexicon.push('fresh')
  expect(await read()).toBe('fresh')
})

test('errors have the messages and codes of the caller’s thread', async () => {
  const refusals = (reader: TextReader) =>
    Promise.all(
      [
        reader.read('nowhere.jpg', { boxes }),
        reader.read('https://example.org/a.jpg', { boxes }),
        reader.read(Uint8Array.of(1, 2, 3), { boxes }),
        reader.read(new File(['none'], 'street.png'), { boxes }),
        reader.read({ width: 3, height: 3, data: Uint8Array.of(1) }, { boxes }),
        reader.read({ width: 3, height: 3, data: 'none' } as never, { boxes }),
        reader.read((() => {}) as never, { boxes }),
        reader.read(photograph),
        reader.read(photograph, { boxes: [1] as never }),
        reader.read(photograph, { boxes, pattern: '(' }),
        reader.find(photograph),
      ].map((reading) =>
        reading.then(
          () => 'no error',
          ({ name, code, message }) => [name, code, message].join(': '),
        ),
      ),
    )
  const said = await refusals(inWorker)
  expect(said).toEqual(await refusals(inThread))
  expect(said[0]).toBe('SaflError: image: nowhere.jpg: no such file')
  expect(said[3]).toMatch(/^SaflError: image: street\.png: /)
  for (const each of said) expect(each).toMatch(/^SaflError: (image|option): /)
  await expect(TextReader.load({ finder: null, model: 'none.safetensors' })).rejects.toMatchObject({ code: 'weights' })
  const path = join(tmpdir(), 'none.safetensors')
  for (const finder of [path, pathToFileURL(path)])
    await expect(TextReader.load({ finder })).rejects.toMatchObject({
      code: 'weights',
      message: `finder: ${path}: no such weights file`,
    })
})

test('the caller’s thread goes on while a worker reads', async () => {
  let ticks = 0
  const ticking = setInterval(() => ticks++, 1)
  const { words: read } = await inWorker.read(photograph, { boxes: many })
  clearInterval(ticking)
  expect(read).toHaveLength(60)
  expect(ticks).toBeGreaterThan(20)
})

test('an aborted reading rejects with the reason, and others are read', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const aborted = expect(inWorker.read(photograph, { boxes: many, batchSize: 1, signal })).rejects.toThrow('enough')
  const other = inWorker.read(photograph, { boxes })
  setTimeout(() => controller.abort(new Error('enough')), 30)
  await aborted
  expect((await other).text).toBe('FRESH BREAD\nHOTEL')
  await expect(inWorker.read(photograph, { boxes, signal })).rejects.toThrow('enough')
})

test('a finder of the caller’s works in its thread, and what it finds is read', async () => {
  const seen: number[] = []
  const finder = {
    async find({ width }: { readonly width: number }) {
      seen.push(width)
      return boxes.map((quadrilateral) => ({ quadrilateral, score: 0.5 }))
    },
    async dispose() {},
  }
  const reader = await TextReader.load({ finder })
  expect((await reader.read(photograph)).text).toBe('FRESH BREAD\nHOTEL')
  expect(seen).toEqual([800])
  await reader.dispose()
})

test('disposing waits for what was asked before', async () => {
  const reader = await TextReader.load({ finder: null })
  const asked = [reader.read(photograph, { boxes }), reader.read(photograph, { boxes })]
  const disposed = [reader.dispose(), reader.dispose()]
  for (const { text } of await Promise.all(asked)) expect(text).toBe('FRESH BREAD\nHOTEL')
  await Promise.all(disposed)
  await expect(reader.read(photograph, { boxes })).rejects.toMatchObject({
    code: 'disposed',
    message: 'the reader was disposed of: load another',
  })
})

test.each<[Death, string]>([
  ['exit', 'the worker has ended'],
  ['error', 'the worker failed: out of memory'],
])(
  'a worker that dies while it reads (%s) fails what was asked, and whatever is asked later',
  async (death, message) => {
    const port = await startNodeWorker(() => startThread(new URL('dying-reader-worker.ts', import.meta.url)))
    const reader = await WorkerTextReader.load({ port: port!, options: death, toPortable })
    const blank = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }
    expect((await reader.read(blank, { boxes: [] })).words).toEqual([])
    const asked = [reader.read(photograph, { boxes }), reader.read(photograph, { boxes })]
    await Promise.all(asked.map((reading) => expect(reading).rejects.toThrow(message)))
    await expect(reader.read(photograph, { boxes })).rejects.toThrow(message)
    await reader.dispose()
  },
)

test('a program ends by itself though nothing was disposed of', async () => {
  const program = `
    import { TextReader } from './src/index.ts'
    const reader = await TextReader.load({ finder: null })
    const data = new Uint8Array(300).fill(90)
    console.log((await reader.read({ width: 10, height: 10, data }, { boxes: [] })).width)`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  expect(stdout).toBe('10\n')
})
