/** A bundle by Vite as it comes: the recogniser in its worker does what it does in the page's own thread. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumPath } from './chromium-path.ts'

/** What the tests call in the page, and the words it draws, in a font that the tests install. */
const script = `
import { SceneTextRecognizer } from ${JSON.stringify(resolve('src/browser.ts'))}
import sign from ${JSON.stringify(resolve('fonts/node_modules/@fontsource/roboto/files/roboto-latin-400-normal.woff2?url'))}
document.fonts.add(await new FontFace('Sign', \`url(\${sign})\`).load())
const draw = (text, width = 200, height = 64) => {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.fillStyle = '#000'
  context.font = '56px Sign'
  context.fillText(text, 20, 52)
  return canvas
}
const blobOf = (canvas) => new Promise((resolve) => canvas.toBlob(resolve))
const message = (promise) => promise.then(() => 'no error', (error) => \`\${error.name}: \${error.message}\`)
Object.assign(globalThis, { SceneTextRecognizer, draw, blobOf, message })
`

describe.skipIf(!chromiumPath)('the recogniser in a worker', () => {
  let server: PreviewServer
  let browser: Browser
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'safl-worker-'))
    await writeFile(
      join(root, 'index.html'),
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>',
    )
    await writeFile(join(root, 'main.js'), script)
    await build({ root, configFile: false, logLevel: 'error' })
    server = await preview({ root, configFile: false, preview: { port: 0, host: '127.0.0.1' } })
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  beforeEach(async () => {
    page = await browser.newPage()
    complaints = []
    page.on('console', (said) => complaints.push(said.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(server.resolvedUrls!.local[0]!)
    await page.waitForFunction('globalThis.SceneTextRecognizer')
  })

  /** What `body` returns with the recogniser of a worker, and with that of the page's own thread. */
  async function both(body: string): Promise<unknown[]> {
    const results = []
    for (const worker of [true, false]) {
      results.push(
        await page.evaluate(`(async () => {
          const recognizer = await SceneTextRecognizer.load({ worker: ${worker} })
          ${body}
        })()`),
      )
      await expect.poll(() => page.workers().length).toBe(worker ? 1 : 0)
      await page.reload()
      await page.waitForFunction('globalThis.SceneTextRecognizer')
    }
    return results
  }

  test('every kind of picture, and every option', async () => {
    const [there, here] = (await both(`
      const canvas = draw('EXIT')
      const blob = await blobOf(canvas)
      const element = Object.assign(new Image(), { src: URL.createObjectURL(blob) })
      await element.decode()
      const bitmap = await createImageBitmap(canvas)
      const pixels = canvas.getContext('2d').getImageData(0, 0, 200, 64)
      const part = { width: 200, height: 64, data: new Uint8Array([1, ...pixels.data]).subarray(1) }
      const sources = [canvas, blob, element, bitmap, pixels, part, new VideoFrame(canvas, { timestamp: 0 })]
      const plain = await recognizer.recognizeAll(sources, { geometry: true, attention: true, batchSize: 2 })
      const again = await recognizer.recognizeAll([bitmap, pixels, part])
      const search = []
      for (const options of [
        { pattern: /[A-Z]{2}[a-z]+/, alternatives: 2 },
        { lexicon: ['Ext', 'exist'] },
        { allow: 'EX1T', beamWidth: 3 },
        { orientation: 'any' },
      ]) search.push(await recognizer.recognize(canvas, options))
      return JSON.parse(JSON.stringify({ plain, again, search }))`)) as Record<
      'plain' | 'again' | 'search',
      { text: string; attention?: number[][]; geometry?: unknown }[]
    >[]
    expect(there).toEqual(here)
    expect(there!.plain.map(({ text }) => text)).toEqual(Array(7).fill('EXIT'))
    expect(there!.plain[0]!.attention).toHaveLength(4)
    expect(there!.plain[0]!.geometry).toBeDefined()
    expect(there!.again.map(({ text }) => text)).toEqual(Array(3).fill('EXIT'))
    const [patterned, listed, allowed] = there!.search.map(({ text }) => text)
    expect(patterned).toMatch(/^[A-Z]{2}[a-z]+$/)
    expect(['Ext', 'exist']).toContain(listed)
    expect(allowed).toMatch(/^[EX1T]+$/)
    // No word of a worker that would not start: only that there are no threads, once a load.
    expect(new Set(complaints)).toEqual(
      new Set(['safl: the page is not cross-origin isolated, so that words are read by one thread']),
    )
  })

  test('errors have their messages', async () => {
    const [there, here] = await both(`
      const canvas = draw('EXIT')
      return [
        await message(recognizer.recognize(new Blob(['no picture']))),
        await message(recognizer.recognize(new Image())),
        await message(recognizer.recognize({ width: 3, height: 3, data: new Uint8Array(5) })),
        await message(recognizer.recognize(canvas, { pattern: /a/i })),
        await message(recognizer.recognize(canvas, { lexicon: ['€'] })),
        await message(recognizer.recognize(canvas, { attention: true, beamWidth: 2 })),
        await message(recognizer.recognize(canvas, { batchSize: 0 })),
        (await message(SceneTextRecognizer.load({ model: 'none.safetensors' }))).includes('none.safetensors'),
        await message(recognizer.recognize(canvas, { alternative: 3 })),
        await message(recognizer.recognizeAll([canvas, new Image()])),
        await message(SceneTextRecognizer.load({ model: 'base' })),
        await message(SceneTextRecognizer.load({ modle: 'small' })),
      ]`)
    expect(there).toEqual(here)
    expect(there).not.toContain('no error')
    const said = there as string[]
    expect(said[3]).toBe('SaflError: pattern: the flags "i" are not supported: leave them out')
    expect(said.slice(8)).toEqual([
      'SaflError: alternative: is no option; did you mean alternatives?',
      'SaflError: images[1]: the picture has 0x0 pixels: has it been loaded?',
      'SaflError: model: "base" is none of tiny, small, nor the address of a weights file',
      'SaflError: modle: is no option; did you mean model?',
    ])
  })

  test('the other model of the package, and letters on nothing', async () => {
    const requested: string[] = []
    page.on('request', (request) => requested.push(new URL(request.url()).pathname))
    const [there, here] = await both(`
      const small = await SceneTextRecognizer.load({ model: 'small', worker: false })
      const canvas = Object.assign(document.createElement('canvas'), { width: 200, height: 64 })
      const context = canvas.getContext('2d')
      Object.assign(context, { font: '44px sans-serif', textAlign: 'center' })
      const read = []
      for (const colour of ['white', 'black', 'yellow']) {
        context.clearRect(0, 0, 200, 64)
        context.fillStyle = colour
        context.fillText('EXIT', 100, 48)
        const pixels = context.getImageData(0, 0, 200, 64)
        for (const image of [canvas, await blobOf(canvas), await createImageBitmap(canvas), pixels])
          read.push((await recognizer.recognize(image)).text, (await small.recognize(image)).text)
      }
      await small.dispose()
      return read`)
    expect(there).toEqual(Array(24).fill('EXIT'))
    expect(here).toEqual(there)
    expect(requested.some((path) => /\/small-[^/]+\.safetensors$/.test(path))).toBe(true)
  })

  test('the words that are expected: of the page, none, or none to be had, which is said', async () => {
    const requested: string[] = []
    page.on('request', (request) => requested.push(new URL(request.url()).pathname))
    await page.route('**/mine.txt', (route) => route.fulfill({ body: 'exit 3\nhotel 2\n' }))
    const [there, here] = await both(`
      const read = []
      for (const words of ['mine.txt', null, 'none/absent.txt']) {
        const own = await SceneTextRecognizer.load({ worker: recognizer.engine.worker !== undefined, words })
        read.push((await own.recognize(draw('EXIT'))).text)
        await own.dispose()
      }
      return read`)
    expect([there, here]).toEqual([Array(3).fill('EXIT'), Array(3).fill('EXIT')])
    expect(requested.filter((path) => path === '/mine.txt')).toHaveLength(2)
    const lost = complaints.filter((said) => said.startsWith('safl: no words are expected: '))
    expect(lost).toHaveLength(2)
    expect(lost[0]).toMatch(/none\/absent\.txt could not be fetched/)
  })

  test('streams give what was read and what was not, in order', async () => {
    const [there, here] = await both(`
      const sources = [draw('EXIT'), new Blob(['no picture']), draw('Hotel'), draw('24h')]
      const readings = []
      for await (const { source, recognition, error } of recognizer.recognizeStream(sources, { batchSize: 2 }))
        readings.push([sources.indexOf(source), recognition?.text ?? error.message])
      return readings`)
    expect(there).toEqual(here)
    expect((there as [number, string][]).map(([place]) => place)).toEqual([0, 1, 2, 3])
    expect((there as [number, string][])[0]![1]).toBe('EXIT')
  })

  test('a signal ends reading between two batches, and its reason is the error', async () => {
    const [there, here] = await both(`
      const canvases = Array(64).fill(draw('EXIT'))
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('enough')), 30)
      const ended = await message(recognizer.recognizeAll(canvases, { batchSize: 1, signal: controller.signal }))
      const before = await message(recognizer.recognize(canvases[0], { signal: controller.signal }))
      const loading = await message(SceneTextRecognizer.load({ signal: controller.signal }))
      return [ended, before, loading, (await recognizer.recognize(canvases[0])).text]`)
    expect(there).toEqual(here)
    expect(there).toEqual(['Error: enough', 'Error: enough', 'Error: enough', 'EXIT'])
  })

  test('disposing waits for what is being read, ends the worker, and nothing can be read any more', async () => {
    const read = (await page.evaluate(`(async () => {
      const recognizer = await SceneTextRecognizer.load()
      const image = { width: 200, height: 64, data: draw('EXIT').getContext('2d').getImageData(0, 0, 200, 64).data }
      const rgb = { ...image, data: new Uint8Array(image.data.filter((_, index) => index % 4 < 3)) }
      const reading = recognizer.recognizeImages([rgb])
      await Promise.all([recognizer.dispose(), recognizer.dispose()])
      return [(await reading)[0].text, await message(recognizer.recognize(draw('EXIT')))]
    })()`)) as string[]
    expect(read).toEqual(['EXIT', 'SaflError: the recogniser was disposed of: load another'])
    await expect.poll(() => page.workers().length).toBe(0)
  })

  test('the page goes on while a worker reads', async () => {
    const [there, here] = (await both(`
      const canvases = Array(16).fill(draw('EXIT'))
      await recognizer.recognize(canvases[0])
      const reading = recognizer.recognizeAll(canvases)
      let longest = 0
      let last = performance.now()
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }, 1)
      await reading
      await new Promise((resolve) => setTimeout(resolve, 20))
      clearInterval(timer)
      return longest`)) as number[]
    console.log(`longest pause of the page: ${there!.toFixed(0)} ms, without a worker ${here!.toFixed(0)} ms`)
    expect(there!).toBeLessThan(here!)
  })
})
