/** The page in real Chromium: what it reads is what Node reads. */
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const folder = await mkdtemp(join(tmpdir(), 'safl-page-'))

async function draw(text: string, name: string): Promise<string> {
  const svg = `<svg width="220" height="64"><rect width="220" height="64" fill="#fff"/><text x="110" y="46" font-size="40" text-anchor="middle">${text}</text></svg>`
  const path = join(folder, name)
  await writeFile(path, await sharp(Buffer.from(svg)).png().toBuffer())
  return path
}

describe.skipIf(!executablePath)('the page', () => {
  let server: PreviewServer
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    const outDir = join(folder, 'dist')
    const configFile = 'web/vite.config.ts'
    await build({ configFile, logLevel: 'error', build: { outDir } })
    server = await preview({ configFile, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(server.resolvedUrls!.local[0]!)
    await page.getByText('Ready.').waitFor({ timeout: 90_000 })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test('reads chosen files as Node does, with the straightened word and each character', async () => {
    const words = await Promise.all(['EXIT', 'Hotel', '24h'].map((text, index) => draw(text, `${index}.png`)))
    await page.locator('#files').setInputFiles(words)
    await page.locator('#results li').nth(2).waitFor()
    const read = (await page.locator('#results .word').allTextContents()).reverse()
    const recognizer = await SceneTextRecognizer.load()
    const wanted = []
    for (const path of words) wanted.push(await recognizer.recognize(path, { attention: true }))
    await recognizer.dispose()
    expect(read).toEqual(wanted.map(({ text }) => text))
    const notes = (await page.locator('#results li > span:last-child').allTextContents()).reverse()
    for (const [index, { confidence }] of wanted.entries())
      expect(Math.abs(Number.parseInt(notes[index]!, 10) - 100 * confidence)).toBeLessThan(1)
    expect(await page.locator('#results canvas').count()).toBe(3)
  })

  test('a character shows where the decoder looked for it, by pointer and by keyboard', async () => {
    const line = page.locator('#results li').last()
    const picture = () => line.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
    /** The column that is lit most: orange has much more red than blue. */
    const lit = () =>
      line.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!
        copy.drawImage(canvas, 0, 0)
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
        const columns = new Array<number>(canvas.width).fill(0)
        for (let at = 0; at < data.length; at += 4) columns[(at / 4) % canvas.width]! += data[at]! - data[at + 2]!
        return columns.indexOf(Math.max(...columns)) / canvas.width
      })
    const letters = line.getByRole('group', { name: 'EXIT' }).getByRole('button')
    const plain = await picture()
    await letters.first().focus()
    const places = [await lit()]
    for (let letter = 1; letter < 4; letter++) {
      await page.keyboard.press('ArrowRight')
      places.push(await lit())
    }
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(new Set(places).size).toBe(4)
    expect(await letters.last().evaluate((letter) => letter === document.activeElement)).toBe(true)
    expect(await letters.last().getAttribute('aria-label')).toMatch(/^T, \d+ % sure, seen \d+ % from the left$/)
    // One stop of the Tab key.
    await page.keyboard.press('Shift+Tab')
    expect(await letters.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))).toBe(false)
    expect(await picture()).toBe(plain)
    await letters.first().hover()
    expect(await lit()).toBe(places[0])
    await page.mouse.move(0, 0)
    expect(await picture()).toBe(plain)
  })

  test('a part that is dragged over is read alone', async () => {
    const box = (await page.locator('#picture').boundingBox())!
    await page.mouse.move(box.x + 5, box.y + 5)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 5, box.y + box.height - 5, { steps: 4 })
    await page.mouse.up()
    await page.getByText('Read a part in').waitFor()
    // What it said is said once, with the text.
    const text = await page.locator('#results .word').first().textContent()
    await page.getByText(new RegExp(`Read a part in \\d+ ms: ${text}, \\d+ % sure`)).waitFor()
  })

  test('a frame that is moved and resized by arrow keys is read by Enter', async () => {
    const count = await page.locator('#results li').count()
    await page.locator('#picture').focus()
    for (const key of ['ArrowLeft', 'ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Enter'])
      await page.keyboard.press(key)
    await page.locator('#results li').nth(count).waitFor()
    expect(await page.locator('#results li > span:last-child').first().textContent()).toMatch(/^\d+ % sure, a part/)
  })

  test('by keyboard, with a message for what is no picture, and nothing to complain of', async () => {
    const count = await page.locator('#results li').count()
    await page.locator('#whole').focus()
    await page.keyboard.press('Enter')
    await page.locator('#results li').nth(count).waitFor()
    await writeFile(join(folder, 'text.png'), 'no picture')
    await page.locator('#files').setInputFiles(join(folder, 'text.png'))
    await page.getByText('text.png is no picture').waitFor()
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(complaints).toEqual([])
  })

  test('works without a network after the first visit', async () => {
    await page.context().setOffline(true)
    await page.reload()
    await page.getByText('Ready.').waitFor({ timeout: 60_000 })
    await page.locator('#files').setInputFiles(join(folder, '0.png'))
    await page.locator('#results li').first().waitFor()
    expect(await page.locator('#results .word').first().textContent()).toBe('EXIT')
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    await page.context().setOffline(false)
  })
})
