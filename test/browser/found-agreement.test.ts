/** Node and the browser find the same words in the same files. `AGREEMENT_PHOTOGRAPHS=50 npx vitest run test/browser/found-agreement.test.ts` */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import { expect, test } from 'vitest'
import { openPhotographs } from '../../src/data/photographs.ts'
import type { FoundWord } from '../../src/find/finder.ts'
import { distance } from '../../src/image/quadrilateral.ts'
import type { PhotographReading } from '../../src/read/photograph-reading.ts'
import { TextReader } from '../../src/read/text-reader.ts'
import { chromiumPath } from './chromium-path.ts'

const folder = '../shared/data/photographs/icdar2015-train'
const count = Number(process.env.AGREEMENT_PHOTOGRAPHS ?? 3)
const isThere = chromiumPath && existsSync(folder) && existsSync('models/finder.safetensors')

interface Answer {
  readonly found: FoundWord[]
  readonly read: PhotographReading
}

test.skipIf(!isThere)(
  `${count} photographs: as many words, corners within a pixel, the same text`,
  { timeout: 1_800_000 },
  async () => {
    const { photographs } = await openPhotographs({ path: folder, weight: 1 })
    const chosen = photographs.filter(({ isValidation }) => isValidation).slice(0, count)
    const reader = await TextReader.load({ worker: false, precision: 'float32' })
    let [farthest, words, same] = [0, 0, 0]
    await inChromium(async (answer) => {
      for (const { path } of chosen) {
        const [found, read, there] = [await reader.find(path), await reader.read(path), await answer(path)]
        expect(there.found, path).toHaveLength(found.length)
        words += found.length
        if (there.read.text === read.text) same++
        // In reading order both: boxes that are nearly the same are of the same word.
        for (const [place, { quadrilateral }] of found.entries())
          for (const [corner, point] of quadrilateral.entries())
            farthest = Math.max(farthest, distance(point, there.found[place]!.quadrilateral[corner]!))
      }
    })
    await reader.dispose()
    console.log(
      `${words} words of ${count} photographs: corners ${farthest.toExponential(1)} pixels apart at most, ${same} texts the same`,
    )
    expect(words).toBeGreaterThan(count)
    expect(farthest).toBeLessThan(1)
    // A last bit may turn which of two readings that are nearly as likely counts.
    expect(same).toBeGreaterThanOrEqual(Math.floor(0.9 * count))
  },
)

/** Calls back with what answers of a file as a page does that is given it. */
async function inChromium(use: (answer: (path: string) => Promise<Answer>) => Promise<void>): Promise<void> {
  const server = await createServer({
    configFile: 'web/vite.config.ts',
    logLevel: 'error',
    server: { port: 0, fs: { strict: false } },
  })
  await server.listen()
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(server.resolvedUrls!.local[0]!)
    // Strings: the test runner would rewrite an import in a function.
    await page.evaluate(`(async () => {
      const { TextReader } = await import('/@fs${resolve('src/browser.ts')}')
      globalThis.reader = await TextReader.load({ worker: false })
    })()`)
    await use(async (path) => {
      const base64 = (await readFile(path)).toString('base64')
      return (await page.evaluate(`(async () => {
        const blob = new Blob([Uint8Array.from(atob('${base64}'), (character) => character.charCodeAt(0))])
        return { found: await reader.find(blob), read: await reader.read(blob) }
      })()`)) as Answer
    })
  } finally {
    await browser.close()
    await server.close()
  }
}
