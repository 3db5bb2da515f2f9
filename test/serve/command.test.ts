/** `safl serve` as a process. */
import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { runSafl } from '../run-safl.ts'

interface Line {
  readonly msg: string
  readonly url?: string
  readonly workers?: number
  readonly threads?: number
  readonly clean?: boolean
}

/** Started from its source, and ready. */
async function startCommand(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const command = ['--import', 'tsx', 'src/cli/main.ts', 'serve', '--port', '0', ...args]
  const child = spawn(process.execPath, command, { env: { ...process.env, ...environment } })
  const lines: Line[] = []
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const listening = new Promise<Line>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line
      lines.push(line)
      if (line.msg === 'listening') resolve(line)
    })
    void exit.then((code) => reject(new Error(`ended with ${code}`)))
  })
  return { child, lines, exit, listening: await listening }
}

const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`

test('wants a token of the environment or a file, answers what it took when SIGTERM comes, and exits 0', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'safl-serve-'))
  await writeFile(join(folder, 'tokens'), 'token-of-the-file-17\n')
  const { child, lines, exit, listening } = await startCommand(['--token-file', join(folder, 'tokens')], {
    SAFL_TOKENS: 'token-of-the-environment',
  })
  const { url } = listening
  expect((await fetch(`${url}/v1/models`)).status).toBe(401)
  const png = await sharp(Buffer.from(svg)).png().toBuffer()
  const ask = async (token: string) => {
    const body = new FormData()
    for (let copy = 0; copy < 20; copy++) body.append('files', new File([new Uint8Array(png)], 'crop.png'))
    const headers = { authorization: `Bearer ${token}` }
    return fetch(`${url}/v1/recognize`, { method: 'POST', body, headers })
  }
  const asked = ['token-of-the-file-17', 'token-of-the-environment'].map(ask)
  const queued = async () => {
    const headers = { authorization: 'Bearer token-of-the-file-17' }
    return (await (await fetch(`${url}/metrics`, { headers })).text()).match(/^safl_queue_images (\d+)/m)![1]
  }
  await expect.poll(queued, { interval: 5 }).not.toBe('0')
  child.kill('SIGTERM')
  for (const answer of await Promise.all(asked)) {
    expect(answer.status).toBe(200)
    expect((await answer.json()) as object).toMatchObject({ images: Array(20).fill({ text: 'EXIT' }) })
  }
  expect(await exit).toBe(0)
  expect(lines.at(-1)).toMatchObject({ msg: 'stopped', clean: true })
  await expect(fetch(`${url}/health`)).rejects.toThrow()
})

test('shares the cores out, and warns where everybody may ask', async () => {
  const { child, lines, exit, listening } = await startCommand([
    '--workers',
    '1',
    '--threads',
    '1',
    '--host',
    '0.0.0.0',
  ])
  expect(listening).toMatchObject({ workers: 1, threads: 1, url: expect.stringMatching(/^http:\/\/0\.0\.0\.0:\d+$/) })
  expect(lines.map(({ msg }) => msg)).toEqual([
    'no tokens are given: whoever reaches this address may ask',
    'listening',
  ])
  child.kill('SIGINT')
  expect(await exit).toBe(0)
})

test.each([
  [['--port', 'http'], /--port <number>' argument 'http' is invalid\. It must be a whole number up to 65535/],
  [['--queue', '10'], /--max-images 64 is more than --queue 10: such a request would never be taken/],
  [['--token-file', 'nowhere'], /--token-file: nowhere cannot be read \(ENOENT\)/],
  [['--model', 'nowhere.bin'], /safl: nowhere.bin: no such weights file/],
  [['--host', '203.0.113.1'], /--host 203\.0\.113\.1 --port 8080: cannot be listened at \(EADDRNOTAVAIL\)/],
])('%j is refused in a line', async (args, message) => {
  const { code, err } = await runSafl('serve', ...args)
  expect([code, err]).toEqual([1, expect.stringMatching(message)])
  expect(err).not.toMatch(/^ {4}at /m)
})

test('--help names every route, and what must be installed', async () => {
  const { out } = await runSafl('serve', '--help')
  for (const text of ['/v1/recognize', '/metrics', '--token-file', 'SAFL_TOKENS', '503', 'SIGTERM'])
    expect(out).toContain(text)
  expect(out).toContain('npm install hono @hono/node-server @hono/zod-openapi prom-client pino')
})
