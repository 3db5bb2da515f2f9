/** The page in real Chromium, with a made-up finder: photographs' words as text over them. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import type { Plugin } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PhotographReading } from '../../src/read/photograph-reading.ts'
import { TextReader } from '../../src/read/text-reader.ts'
import { drawPhotograph, streetWords as words } from '../read/drawn-photograph.ts'
import { type BuiltPage, choose, drawCrop, openBuiltPage } from './built-page.ts'
import { chromiumPath } from './chromium-path.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-page-'))
const photograph = join(folder, 'street.png')
const film = join(folder, 'film.mjpeg')
const texts = ['FRESH', 'BREAD', 'PARKING', 'HOTEL']
const boxes = words.map(({ quadrilateral }) => quadrilateral)

/** Finds the words of the drawn photograph in every picture of its shape, and nothing in others. */
const madeUpFinder: Plugin = {
  name: 'made-up-finder',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('web/load-reader.ts')
      ? `
import { TextReader } from ${JSON.stringify(resolve('src/browser.ts'))}
const boxes = ${JSON.stringify(boxes)}
const find = async ({ width, height }) => {
  if (Math.abs(width / height - 16 / 9) > 0.01) return []
  const scale = width / 1280
  return boxes.map((box) => ({ quadrilateral: box.map(([x, y]) => [x * scale, y * scale]), score: 1 }))
}
export const loadReader = async () => ({
  reader: await TextReader.load({ finder: { find, dispose: async () => {} } }),
  finds: true,
})`
      : null,
}

describe.skipIf(!chromiumPath)('the page', () => {
  let built: BuiltPage
  let page: Page
  let wanted: PhotographReading

  beforeAll(async () => {
    const drawing = drawPhotograph(words, { width: 1280, height: 720 })
    await writeFile(photograph, await drawing.png().toBuffer())
    await writeFile(film, await drawing.jpeg({ quality: 95 }).toBuffer())
    const fake = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']
    built = await openBuiltPage({
      folder,
      plugin: madeUpFinder,
      args: [...fake, `--use-file-for-fake-video-capture=${film}`],
    })
    page = built.page
    await built.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const reader = await TextReader.load({ finder: null })
    wanted = await reader.read(photograph, { boxes })
    await reader.dispose()
  })
  afterAll(() => built?.close())

  /** As a drag, or the clipboard, brings a file. */
  const give = async (kind: 'drop' | 'paste', path: string) => {
    const base64 = (await readFile(path)).toString('base64')
    const name = path.split('/').at(-1)!
    await page.evaluate(
      (given) => {
        const data = new DataTransfer()
        const bytes = Uint8Array.from(atob(given.base64), (character) => character.charCodeAt(0))
        data.items.add(new File([bytes], given.name, { type: 'image/png' }))
        const event =
          given.kind === 'drop'
            ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: data, bubbles: true })
        document.querySelector('main')!.dispatchEvent(event)
      },
      { kind, name, base64 },
    )
  }
  const word = (text: string) => page.getByRole('button', { name: text, exact: true })
  const selected = () => page.evaluate(() => getSelection()!.toString())
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const isFocused = (text: string) => word(text).evaluate((its) => its === document.activeElement)
  const status = (text: string | RegExp) => page.locator('#status', { hasText: text }).waitFor({ timeout: 60_000 })

  test('a dropped photograph has its words over it as text, each at its place', async () => {
    expect(await page.locator('#note').isVisible()).toBe(false)
    await give('drop', photograph)
    await status(/^Read street\.png in \d+ ms: 4 words in 3 lines: FRESH BREAD, PARKING, HOTEL\.$/)
    expect(await page.locator('.word').allTextContents()).toEqual(texts)
    expect(await page.locator('#text p').allTextContents()).toEqual(['FRESH BREAD', 'PARKING', 'HOTEL'])
    const picture = (await page.locator('#picture').boundingBox())!
    const scale = picture.width / 1280
    for (const [place, corners] of boxes.entries()) {
      const box = (await word(texts[place]!).boundingBox())!
      for (const [axis, side, length] of [
        [0, 'x', 'width'],
        [1, 'y', 'height'],
      ] as const) {
        const places = corners.map((corner) => picture[side] + scale * corner[axis]!)
        expect(Math.abs(box[side] - Math.min(...places))).toBeLessThan(1)
        expect(Math.abs(box[side] + box[length] - Math.max(...places))).toBeLessThan(1)
      }
    }
  })

  test('words are selected and copied in reading order, their lines apart', async () => {
    const [first, last] = [await word('FRESH').boundingBox(), await word('BREAD').boundingBox()]
    await page.mouse.move(first!.x + 1, first!.y + first!.height / 2)
    await page.mouse.down()
    await page.mouse.move(last!.x + last!.width - 1, last!.y + last!.height / 2, { steps: 8 })
    await page.mouse.up()
    expect(await selected()).toBe('FRESH BREAD')
    await page.keyboard.press('Control+c')
    expect(await clipboard()).toBe('FRESH BREAD')
    // Who selects does not want to look closer.
    expect(await page.locator('#details').isVisible()).toBe(false)
    await page.evaluate(() => getSelection()!.selectAllChildren(document.getElementById('words')!))
    expect(await selected()).toBe(wanted.text)
    await page.evaluate(() => getSelection()!.removeAllRanges())
  })

  test('a click shows the straightened word, its characters, and what else it may be', async () => {
    await word('PARKING').click()
    await status(/^A closer look: PARKING, \d+\s% sure\.$/)
    const details = page.locator('#details')
    const letters = details.getByRole('group', { name: 'PARKING' }).getByRole('button')
    expect(await letters.allTextContents()).toEqual([...'PARKING'])
    const crop = details.getByRole('img', { name: 'The word, cut out and set straight' })
    const [width, height] = await crop.evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height] as const)
    // As long and high as its box with a margin, whatever its angle.
    expect(Math.abs(width - (7 * 0.72 * 40 + 4))).toBeLessThan(2)
    expect(Math.abs(height - 44)).toBeLessThan(2)
    const others = await details
      .getByRole('list', { name: 'Other words that it may be' })
      .locator('li')
      .allTextContents()
    expect(others).toHaveLength(3)
    for (const other of others) expect(other).toMatch(/^\S+ (below )?\d+\s%$/)
    expect(others.map((other) => other.split(' ')[0])).not.toContain('PARKING')
    await letters.first().focus()
    expect(await details.locator('.note').textContent()).toMatch(/^P \d+\s%/)
  })

  test('keys go from word to word, and Enter looks closer', async () => {
    await page.locator('#picture').focus()
    await page.keyboard.press('Tab')
    expect(await isFocused('FRESH')).toBe(true)
    for (const [key, text] of [
      ['ArrowRight', 'BREAD'],
      ['ArrowDown', 'PARKING'],
      ['ArrowRight', 'HOTEL'],
      ['ArrowRight', 'HOTEL'],
      ['ArrowLeft', 'PARKING'],
      ['ArrowUp', 'BREAD'],
      ['Home', 'FRESH'],
      ['End', 'HOTEL'],
    ] as const) {
      await page.keyboard.press(key)
      expect([key, text, await isFocused(text)]).toEqual([key, text, true])
    }
    const outline = await word('HOTEL').evaluate((its) => getComputedStyle(its).outlineStyle)
    expect(outline).toBe('solid')
    await page.keyboard.press('Enter')
    await status(/^A closer look: HOTEL, /)
    // The words are one stop of the Tab key.
    await page.keyboard.press('Tab')
    expect(await page.locator('#copy').evaluate((its) => its === document.activeElement)).toBe(true)
  })

  test('all of it is copied, and downloaded as JSON with the same places as in Node', async () => {
    await page.locator('#copy').press('Enter')
    await status('Copied.')
    expect(await clipboard()).toBe(wanted.text)
    const downloading = page.waitForEvent('download')
    await page.locator('#save').press('Enter')
    const download = await downloading
    expect(download.suggestedFilename()).toBe('street.json')
    const [record] = JSON.parse(await readFile((await download.path())!, 'utf8'))
    expect(record).toMatchObject({ path: 'street.png', width: 1280, height: 720, text: wanted.text })
    expect(record.lines.map((line: { words: unknown[] }) => line.words.length)).toEqual([2, 1, 1])
    for (const [place, [x, y]] of record.lines[1].words[0].quadrilateral.entries()) {
      expect(x).toBeCloseTo(wanted.words[2]!.quadrilateral[place]![0], 1)
      expect(y).toBeCloseTo(wanted.words[2]!.quadrilateral[place]![1], 1)
    }
  })

  test('a frame that is dragged around a word reads that one', async () => {
    const picture = (await page.locator('#picture').boundingBox())!
    const scale = picture.width / 1280
    await page.mouse.move(picture.x + 215 * scale, picture.y + 30 * scale)
    await page.mouse.down()
    await page.mouse.move(picture.x + 368 * scale, picture.y + 90 * scale, { steps: 4 })
    await page.mouse.up()
    await status(/^Read a part in \d+ ms: BREAD, \d+\s% sure\.$/)
    expect(await page.locator('#details .characters').textContent()).toBe('BREAD')
  })

  test('a crop of a word is read as one, a picture without words has none, and pictures are gone back to', async () => {
    const crop = await drawCrop('EXIT', join(folder, 'exit.png'))
    const blank = join(folder, 'blank.png')
    await sharp({ create: { width: 500, height: 300, channels: 3, background: '#888' } })
      .png()
      .toFile(blank)
    await give('paste', crop)
    await status(/^Read exit\.png in \d+ ms: EXIT, /)
    expect(await page.locator('.word').allTextContents()).toEqual(['EXIT'])
    await page.locator('#details').getByRole('group', { name: 'EXIT' }).waitFor()
    // Where that was wrong, all its words are looked for: here there are none, and it stays one.
    await page.evaluate(() => document.getElementById('status')!.replaceChildren())
    await page.getByRole('button', { name: 'Find all words' }).press('Enter')
    await status(/^Read exit\.png in \d+ ms: EXIT, /)
    await choose(page, [blank])
    await status(/^Read blank\.png in \d+ ms: no words\.$/)
    expect(await page.locator('.word').count()).toBe(0)
    await page.getByRole('button', { name: /^street\.png/ }).press('Enter')
    await word('PARKING').waitFor()
    expect(await page.locator('.word').allTextContents()).toEqual(texts)
    expect(await page.getByRole('button', { name: 'Read as one word' }).isVisible()).toBe(true)
  })

  test('the camera is read along, until the page is hidden', async () => {
    await page.locator('#camera').press('Enter')
    await page.locator('#video').waitFor()
    await status(/^The camera shows 4 words in 3 lines: FRESH /)
    // At one look a word may be read less well than in a photograph.
    const seen = await page.locator('.word').allTextContents()
    expect([seen.length, seen[0], ...seen.slice(2)]).toEqual([4, 'FRESH', 'PARKING', 'HOTEL'])
    const settings = 'document.getElementById("video").srcObject?.getTracks()[0].readyState'
    expect(await page.evaluate(settings)).toBe('live')
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
      Reflect.deleteProperty(document, 'hidden')
    })
    await status('The camera is off.')
    expect(await page.locator('#video').isVisible()).toBe(false)
    expect(await page.evaluate(settings)).toBeUndefined()
    // What was seen before is seen again.
    await word('PARKING').waitFor()
    await page.locator('#camera').press('Enter')
    await page.locator('#shoot').waitFor()
    await page.locator('#shoot').press('Enter')
    await status(/^Read photograph 1 in \d+ ms: 4 words/)
  })

  test('a phone has it in one column, the closer look under the picture', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await word('FRESH').click()
    await page.locator('#details').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    const [picture, details, reading] = await Promise.all(
      ['#picture', '#details', '#reading'].map((part) => page.locator(part).boundingBox()),
    )
    expect(details!.y).toBeGreaterThan(picture!.y + picture!.height)
    expect(reading!.y).toBeGreaterThan(details!.y + details!.height)
    expect(built.complaints).toEqual([])
  })
})
