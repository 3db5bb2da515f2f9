/** A page of plain files: no bundler, an import map and a static server. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumPath } from './chromium-path.ts'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
}

/** The page of docs/using.md. */
async function readmePage(): Promise<string> {
  const [, page] = (await readFile('docs/using.md', 'utf8')).match(/```html\n([\s\S]*?)```/)!
  return page!
}

const requested: string[] = []
let server: Server
beforeAll(async () => {
  const page = await readmePage()
  const pages = new Map([
    ['/', page],
    ['/with-worker', page.replace('load({ worker: false })', 'load()')],
  ])
  server = createServer(async ({ url }, response) => {
    const path = new URL(url!, 'http://localhost').pathname
    requested.push(path)
    if (path === '/favicon.ico') {
      response.writeHead(204).end()
      return
    }
    // The package, as if it were installed.
    const file = path.replace('/node_modules/safl/', '/')
    try {
      const body = pages.get(path) ?? (await readFile(join('.', file)))
      response.writeHead(200, { 'Content-Type': types[extname(file) || '.html'] ?? 'application/octet-stream' })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server?.close())

const oneThread = 'warning: safl: the page is not cross-origin isolated, so that words are read by one thread'

test.skipIf(!chromiumPath)('the page of docs/using.md reads a word', { timeout: 120_000 }, async () => {
  expect(await complaintsOf('/')).toEqual([oneThread])
  expect(requested).toContain('/node_modules/safl/models/tiny.safetensors')
  expect(requested).toContain('/node_modules/safl/models/words.txt')
})

test.skipIf(!chromiumPath)(
  'a worker that an import map does not reach is done without',
  { timeout: 120_000 },
  async () => {
    const noWorker = "warning: safl: no worker could be started, so that words are read in the page's own thread"
    expect(await complaintsOf('/with-worker')).toEqual([noWorker, oneThread])
  },
)

/** What the page says while it reads a word. */
async function complaintsOf(path: string): Promise<string[]> {
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] })
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  const svg =
    '<svg width="200" height="64"><rect width="200" height="64" fill="#fff"/><text x="30" y="46" font-size="42">EXIT</text></svg>'
  const buffer = await sharp(Buffer.from(svg)).png().toBuffer()
  await page.locator('input').setInputFiles({ name: 'exit.png', mimeType: 'image/png', buffer })
  await page.locator('output').getByText('EXIT').waitFor({ timeout: 60_000 })
  await browser.close()
  return complaints
}
