/** Node and the browser, on WebAssembly and WebGPU, read the same pixels alike. `AGREEMENT_WORDS=500 npx vitest run test/browser/agreement.test.ts` */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import { expect, test } from 'vitest'
import { openDataset } from '../../src/data/dataset.ts'
import type { RgbImage } from '../../src/image/image.ts'
import type { Recognition } from '../../src/recognize/recognition.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { chromiumPath } from './chromium-path.ts'

const labels = '../shared/data/icdar2015/train/gt.txt'
type Reading = Pick<Recognition, 'text' | 'confidence'>

const count = Number(process.env.AGREEMENT_WORDS ?? 60)

test.skipIf(!chromiumPath || !existsSync(labels)).each([
  { precision: 'float32', texts: count, close: count },
  // A last bit of the rectifier's may turn the rounding of a pixel, and what follows from it.
  { precision: 'int8', texts: Math.floor(0.97 * count), close: Math.floor(0.4 * count) },
] as const)(
  `${count} real crops in $precision: $texts texts the same at least, confidence within 1e-3 of $close`,
  { timeout: 900_000 },
  async ({ precision, texts, close }) => {
    const dataset = await openDataset({ kind: 'icdar', path: labels })
    // The validation words: every fifth.
    const images = await Promise.all(Array.from({ length: count }, (_, index) => dataset.image(5 * index)))
    await dataset.close()
    const recognizer = await SceneTextRecognizer.load({ precision })
    const wanted = await recognizer.recognizeAll(images)
    await recognizer.dispose()
    const body = `
      const words = await (await SceneTextRecognizer.load({ precision: '${precision}' })).recognizeAll(images)
      return words.map(({ text, confidence }) => ({ text, confidence }))`
    const found = (await inChromium(images, { body })) as Reading[]
    const same = found.filter(({ text }, index) => text === wanted[index]!.text).length
    const apart = found.map(({ confidence }, index) => Math.abs(confidence - wanted[index]!.confidence))
    const within = apart.filter((difference) => difference < 1e-3).length
    console.log(
      `${count} crops in ${precision}: ${same} texts are the same; confidences differ by ${Math.max(...apart).toExponential(1)} at most, ${within} by less than 1e-3`,
    )
    expect(same).toBeGreaterThanOrEqual(texts)
    expect(within).toBeGreaterThanOrEqual(close)
  },
)

test.skipIf(!chromiumPath || !existsSync(labels))(
  'WebGPU, as the processor computes it, reads what WebAssembly reads, also two images at once',
  { timeout: 600_000 },
  async () => {
    const dataset = await openDataset({ kind: 'icdar', path: labels })
    const images = await Promise.all([5, 10].map((place) => dataset.image(place)))
    await dataset.close()
    const complaints: string[] = []
    const body = `
      const read = []
      for (const device of ['wasm', 'webgpu']) {
        const recognizer = await SceneTextRecognizer.load({ device })
        read.push(await Promise.all(images.map((image) => recognizer.recognize(image, { secondLook: false }))))
        await recognizer.dispose()
      }
      return read`
    const args = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
    const [there, here] = (await inChromium(images, { body, args, complaints })) as Reading[][]
    expect(complaints.filter((said) => said.startsWith('safl:'))).toEqual([])
    expect(here!.map(({ text }) => text)).toEqual(there!.map(({ text }) => text))
    for (const [index, { confidence }] of here!.entries())
      expect(Math.abs(confidence - there![index]!.confidence)).toBeLessThan(1e-3)
  },
)

test.skipIf(!chromiumPath)('where there is no WebGPU a warning says so, and WebAssembly reads', async () => {
  const image = { width: 64, height: 32, data: new Uint8Array(64 * 32 * 3).fill(200) }
  const body = `
    const message = await SceneTextRecognizer.load({ device: 'cuda' }).catch((error) => error.message)
    const recognizer = await SceneTextRecognizer.load({ device: 'webgpu' })
    return [message, (await recognizer.recognize(images[0])).confidence]`
  const complaints: string[] = []
  const [message, confidence] = (await inChromium([image], { body, complaints })) as [string, number]
  expect(message).toBe('device: "cuda" is none of wasm, webgpu')
  expect(confidence).toBeGreaterThan(0)
  expect(complaints).toContain('safl: the browser lends no WebGPU, so that WebAssembly reads')
})

interface InPage {
  /** What is done with `SceneTextRecognizer` and the `images`. */
  readonly body: string
  /** Of the browser, beside the usual ones. */
  readonly args?: readonly string[]
  /** Takes what is said on the console. */
  readonly complaints?: string[]
}

async function inChromium(images: readonly RgbImage[], { body, args = [], complaints = [] }: InPage): Promise<unknown> {
  const server = await createServer({ configFile: 'web/vite.config.ts', logLevel: 'error', server: { port: 0 } })
  await server.listen()
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', ...args] })
  try {
    const page = await browser.newPage()
    page.on('console', (said) => complaints.push(said.text()))
    await page.goto(server.resolvedUrls!.local[0]!)
    const packed = images.map(({ data, ...size }) => ({ ...size, base64: Buffer.from(data).toString('base64') }))
    await page.evaluate((all) => Object.assign(globalThis, { packed: all }), packed)
    // A string: the test runner would rewrite an import in a function.
    return await page.evaluate(`(async () => {
      const { SceneTextRecognizer } = await import('/@fs${resolve('src/browser.ts')}')
      const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const images = packed.map(({ width, height, base64 }) => ({ width, height, data: bytes(base64) }))
      ${body}
    })()`)
  } finally {
    await browser.close()
    await server.close()
  }
}
