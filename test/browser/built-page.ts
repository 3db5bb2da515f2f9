/** The page as it is served, in real Chromium, with whatever finder a test wants it to have. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { build, type Plugin, preview } from 'vite'
import { chromiumPath } from './chromium-path.ts'

export interface BuiltPage {
  readonly browser: Browser
  readonly context: BrowserContext
  /** Ready to read. */
  readonly page: Page
  /** What the console warns of. */
  readonly complaints: string[]
  close(): Promise<void>
}

export interface BuiltPageOptions {
  /** Where it is built, and pictures may lie. */
  readonly folder: string
  /** Changes sources, those of the worker too. */
  readonly plugin: Plugin
  /** Of the browser, beside the usual ones. */
  readonly args?: readonly string[]
}

export async function openBuiltPage({ folder, plugin, args = [] }: BuiltPageOptions): Promise<BuiltPage> {
  const outDir = join(folder, 'dist')
  const common = { configFile: 'web/vite.config.ts', logLevel: 'error', appType: 'mpa' } as const
  const worker = { format: 'es', plugins: () => [plugin] } as const
  await build({ ...common, plugins: [plugin], worker, build: { outDir } })
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', ...args] })
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(server.resolvedUrls!.local[0]!)
  await page.getByText('Ready.').waitFor({ timeout: 90_000 })
  const close = async () => {
    await browser.close()
    await server.close()
  }
  return { browser, context, page, complaints, close }
}

/** A crop of a word, as a file. */
export async function drawCrop(text: string, path: string): Promise<string> {
  const svg = `<svg width="220" height="64"><rect width="220" height="64" fill="#fff"/><text x="110" y="46" font-size="40" text-anchor="middle">${text}</text></svg>`
  await writeFile(path, await sharp(Buffer.from(svg)).png().toBuffer())
  return path
}

/** Chooses files, and waits until the last of them is read. */
export async function choose(page: Page, paths: readonly string[]): Promise<void> {
  await page.locator('#files').setInputFiles([...paths])
  const name = paths.at(-1)!.split('/').at(-1)!
  await page.locator('#status', { hasText: `Read ${name} in` }).waitFor({ timeout: 60_000 })
}
