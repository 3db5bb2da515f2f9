/** Node and the browser read the same pixels alike. `AGREEMENT_WORDS=500 npx vitest run test/browser/agreement.test.ts` */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import { expect, test } from 'vitest'
import { openDataset } from '../../src/data/dataset.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const labels = '../shared/data/icdar2015/train/gt.txt'
const count = Number(process.env.AGREEMENT_WORDS ?? 60)

test.skipIf(!executablePath || !existsSync(labels))(
  `${count} real crops: the same text, confidence within 1e-3`,
  { timeout: 900_000 },
  async () => {
    const dataset = await openDataset({ kind: 'icdar', path: labels })
    // The validation words: every fifth.
    const images = await Promise.all(Array.from({ length: count }, (_, index) => dataset.image(5 * index)))
    await dataset.close()
    const recognizer = await SceneTextRecognizer.load()
    const wanted = await recognizer.recognizeAll(images)
    await recognizer.dispose()
    const found = await readInChromium(
      images.map(({ width, height, data }) => ({ width, height, base64: Buffer.from(data).toString('base64') })),
    )
    expect(found.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
    const apart = found.map(({ confidence }, index) => Math.abs(confidence - wanted[index]!.confidence))
    console.log(`${count} crops: confidences differ by ${Math.max(...apart).toExponential(1)} at most`)
    expect(Math.max(...apart)).toBeLessThan(1e-3)
  },
)

interface Packed {
  readonly width: number
  readonly height: number
  readonly base64: string
}

async function readInChromium(images: readonly Packed[]): Promise<{ text: string; confidence: number }[]> {
  const server = await createServer({ configFile: 'web/vite.config.ts', logLevel: 'error', server: { port: 0 } })
  await server.listen()
  const browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(server.resolvedUrls!.local[0]!)
    await page.evaluate((packed) => Object.assign(globalThis, { packed }), images)
    // A string: the test runner would rewrite an import in a function.
    return await page.evaluate(`(async () => {
      const { SceneTextRecognizer } = await import('/@fs${resolve('src/browser.ts')}')
      const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const images = packed.map(({ width, height, base64 }) => ({ width, height, data: bytes(base64) }))
      const words = await (await SceneTextRecognizer.load()).recognizeAll(images)
      return words.map(({ text, confidence }) => ({ text, confidence }))
    })()`)
  } finally {
    await browser.close()
    await server.close()
  }
}
