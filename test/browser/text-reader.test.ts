/** Photographs in Chromium, in a bundle by Vite as it comes: the same words as in Node, in a worker and in the page's thread. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PhotographReading } from '../../src/read/photograph-reading.ts'
import { TextReader } from '../../src/read/text-reader.ts'
import { drawPhotograph, streetWords as words } from '../read/drawn-photograph.ts'
import { chromiumPath } from './chromium-path.ts'

const boxes = words.map(({ quadrilateral }) => quadrilateral)

const script = `
import { TextReader } from ${JSON.stringify(resolve('src/browser.ts'))}
const message = (promise) => promise.then(() => 'no error', (error) => \`\${error.name}: \${error.message}\`)
const blobOf = (base64) => new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))])
Object.assign(globalThis, { TextReader, message, blobOf })
`

describe.skipIf(!chromiumPath)('reading photographs in a browser', () => {
  let server: PreviewServer
  let browser: Browser
  let page: Page
  let base64: string
  let wanted: PhotographReading

  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'safl-photographs-'))
    await writeFile(
      join(root, 'index.html'),
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>',
    )
    await writeFile(join(root, 'main.js'), script)
    await build({ root, configFile: false, logLevel: 'error' })
    server = await preview({ root, configFile: false, preview: { port: 0, host: '127.0.0.1' } })
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.goto(server.resolvedUrls!.local[0]!)
    await page.waitForFunction('globalThis.TextReader')
    const png = await drawPhotograph(words).png().toBuffer()
    base64 = png.toString('base64')
    // As a page computes.
    const reader = await TextReader.load({ finder: null, precision: 'float32' })
    wanted = await reader.read(png, { boxes })
    await reader.dispose()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const inPage = (body: string) =>
    page.evaluate(`(async () => {
    const boxes = ${JSON.stringify(boxes)}
    const blob = blobOf('${base64}')
    ${body}
  })()`)

  test.each([true, false])('the same words, lines and places as in Node; worker: %s', async (worker) => {
    const [read, fromBitmap, none, width] = (await inPage(`
      const reader = await TextReader.load({ finder: null, worker: ${worker} })
      const read = await reader.read(blob, { boxes })
      const bitmap = await createImageBitmap(blob)
      const fromBitmap = await reader.read(bitmap, { boxes, lexicon: ['fresh', 'bread'] })
      const { width } = bitmap
      const none = await reader.read({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }, { boxes: [] })
      await reader.dispose()
      return [read, fromBitmap, none, width]`)) as [PhotographReading, PhotographReading, PhotographReading, number]
    expect(read.text).toBe('FRESH BREAD\nPARKING\nHOTEL')
    expect(read.text).toBe(wanted.text)
    expect([read.width, read.height]).toEqual([800, 600])
    for (const [place, { text, confidence, quadrilateral }] of read.words.entries()) {
      expect(text).toBe(wanted.words[place]!.text)
      expect(confidence).toBeCloseTo(wanted.words[place]!.confidence, 2)
      expect(quadrilateral).toEqual(wanted.words[place]!.quadrilateral)
    }
    expect(fromBitmap.words.slice(0, 2).map(({ text }) => text)).toEqual(['fresh', 'bread'])
    expect(none).toEqual({ width: 1, height: 1, text: '', lines: [], words: [] })
    // The caller's picture is not taken away.
    expect(width).toBe(800)
  })

  test('a finder of the page is asked, and its places are read', async () => {
    const read = (await inPage(`
      const finder = {
        find: async ({ width, height }) => boxes.map((quadrilateral) => ({ quadrilateral, score: width / 1000 })),
        dispose: async () => {},
      }
      const reader = await TextReader.load({ finder })
      const found = await reader.find(blob)
      const read = await reader.read(blob)
      await reader.dispose()
      return { found, read }`)) as { found: unknown[]; read: PhotographReading }
    expect(read.found).toHaveLength(4)
    expect(read.read.text).toBe(wanted.text)
    expect(read.read.words[0]!.score).toBeCloseTo(0.8, 9)
  })

  test('what is wrong is said as in Node', async () => {
    await page.route('**/nowhere', (route) => route.fulfill({ status: 404 }))
    const said = (await inPage(`
      const said = [await message(TextReader.load({ finder: 'nowhere' })), await message(TextReader.load({ model: 'large' }))]
      const reader = await TextReader.load({ finder: null })
      said.push(await message(reader.read(blob)))
      said.push(await message(reader.read(blob, { boxes: [1] })))
      said.push(await message(reader.read(new Blob(['no picture']), { boxes })))
      said.push(await message(reader.read(blob, { boxes, signal: AbortSignal.abort() })))
      await reader.dispose()
      said.push(await message(reader.read(blob, { boxes })))
      return said`)) as string[]
    expect(said).toEqual([
      expect.stringMatching(/^SaflError: .*\/nowhere: the weights could not be fetched \(404\)/),
      expect.stringMatching(/^(Safl|Type)?Error: .*large/),
      expect.stringMatching(/^SaflError: boxes: this reader was loaded without a finder/),
      expect.stringMatching(/^SaflError: boxes\[0\]: 1 is no quadrilateral/),
      expect.stringMatching(/^(InvalidStateError|EncodingError): /),
      expect.stringMatching(/^AbortError: /),
      expect.stringMatching(/^SaflError: the reader was disposed of/),
    ])
  })
})
