/** The page where nothing finds words: pictures of a word, and parts that are dragged over, in real Chromium. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Plugin } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { type BuiltPage, choose, drawCrop, openBuiltPage } from './built-page.ts'
import { chromiumPath } from './chromium-path.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-page-'))

/** Whether the package has a finder or not, this page has none. */
const withoutFinder: Plugin = {
  name: 'without-finder',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('src/package-files.ts') ? code.replace('models/finder.safetensors', 'models/none.safetensors') : null,
}

describe.skipIf(!chromiumPath)('the page without a finder', () => {
  let built: BuiltPage
  let page: Page

  beforeAll(async () => {
    built = await openBuiltPage({ folder, plugin: withoutFinder })
    page = built.page
  })
  afterAll(() => built?.close())

  const details = () => page.locator('#details')
  const straightened = () => details().locator('canvas').nth(1)

  test('says in a line that every picture is read as one word', async () => {
    expect(await page.locator('#note').textContent()).toMatch(/^What finds words .* every picture is read as one word/)
    expect(await page.locator('#note').isVisible()).toBe(true)
  })

  test('reads chosen files as Node does, and goes back to each', async () => {
    const paths = await Promise.all(
      ['EXIT', 'Hotel', '24h'].map((text, index) => drawCrop(text, join(folder, `${index}.png`))),
    )
    await choose(page, paths)
    // As the page computes, whatever the weights make of 8 bits.
    const recognizer = await SceneTextRecognizer.load({ precision: 'float32' })
    const wanted = []
    for (const path of paths) wanted.push(await recognizer.recognize(path))
    await recognizer.dispose()
    const entries = page.locator('#pictures button')
    const told = (await entries.locator('span:last-child').allTextContents()).reverse()
    expect(told).toEqual(wanted.map(({ text }) => text))
    for (const [index, { text, confidence }] of wanted.entries()) {
      await entries.filter({ hasText: `${index}.png` }).click()
      await details().getByRole('group', { name: text, exact: true }).waitFor()
      expect(await entries.filter({ hasText: `${index}.png` }).getAttribute('aria-current')).toBe('true')
      const sure = await details().locator('.note').textContent()
      expect(Math.abs(Number.parseInt(sure!, 10) - 100 * confidence)).toBeLessThan(1)
      expect(await page.locator('.word').allTextContents()).toEqual([text])
    }
  })

  test('a character shows where the decoder looked for it, by pointer and by keyboard', async () => {
    await page.locator('#pictures button').last().click()
    const letters = details().getByRole('group', { name: 'EXIT' }).getByRole('button')
    await letters.first().waitFor()
    const picture = () => straightened().evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
    /** The column that is lit most: orange has much more red than blue. */
    const lit = () =>
      straightened().evaluate((canvas: HTMLCanvasElement) => {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!
        copy.drawImage(canvas, 0, 0)
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
        const columns = new Array<number>(canvas.width).fill(0)
        for (let at = 0; at < data.length; at += 4) columns[(at / 4) % canvas.width]! += data[at]! - data[at + 2]!
        return columns.indexOf(Math.max(...columns)) / canvas.width
      })
    const plain = await picture()
    await letters.first().focus()
    const places = [await lit()]
    for (let letter = 1; letter < 4; letter++) {
      await page.keyboard.press('ArrowRight')
      places.push(await lit())
    }
    // Narrow letters are as wide as a column of attention, the 32nd part: two of them may be seen one column the other way round.
    for (const [letter, place] of places.slice(1).entries())
      expect(place).toBeGreaterThanOrEqual(places[letter]! - 1 / 32)
    expect(new Set(places).size).toBe(4)
    expect(await letters.last().evaluate((letter) => letter === document.activeElement)).toBe(true)
    expect(await letters.last().getAttribute('aria-label')).toMatch(/^T, \d+\s% sure, seen \d+\s% from the left$/)
    // One stop of the Tab key.
    await page.keyboard.press('Shift+Tab')
    expect(await letters.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))).toBe(false)
    expect(await picture()).toBe(plain)
    await letters.first().hover()
    expect(await lit()).toBe(places[0])
    await page.mouse.move(0, 0)
    expect(await picture()).toBe(plain)
  })

  test('a part that is framed by arrow keys is read by Enter', async () => {
    await page.locator('#picture').focus()
    for (const key of ['ArrowLeft', 'ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Enter'])
      await page.keyboard.press(key)
    const text = details().locator('.characters')
    await page.locator('#status', { hasText: /^Read a part in \d+ ms: / }).waitFor()
    const said = await page.locator('#status').textContent()
    expect(said).toContain(`ms: ${await text.textContent()}, `)
    expect(await page.locator('#frame').isVisible()).toBe(true)
  })

  test('a message for what is no picture, and nothing to complain of', async () => {
    await writeFile(join(folder, 'text.png'), 'no picture')
    await page.locator('#files').setInputFiles(join(folder, 'text.png'))
    await page.getByText('text.png is no picture').waitFor()
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(built.complaints).toEqual([])
  })

  test('works without a network after the first visit', async () => {
    await built.context.setOffline(true)
    await page.reload()
    await page.getByText('Ready.').waitFor({ timeout: 60_000 })
    await choose(page, [join(folder, '0.png')])
    expect(await page.locator('.word').allTextContents()).toEqual(['EXIT'])
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    await built.context.setOffline(false)
  })
})
