/** Nothing is sent, and nothing written but what was asked for. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const crop = join(folder, 'crop.png')

beforeAll(async () => {
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`
  await writeFile(crop, await sharp(Buffer.from(svg)).png().toBuffer())
  await writeFile(
    join(folder, 'labels.tsv'),
    Array.from({ length: 12 }, (_, index) => `crop.png\tEXIT${index}\n`).join(''),
  )
})

interface Outcome {
  readonly out: string
  readonly err: string
  /** What lies in the home folder and in the one for temporary files afterwards; both were empty. */
  readonly left: string[]
}

/** Runs Node in an environment of a path and two empty folders. */
async function runClean(command: readonly string[]): Promise<Outcome> {
  const home = await mkdtemp(join(folder, 'home-'))
  const temporary = await mkdtemp(join(folder, 'tmp-'))
  const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
    encoding: 'utf8',
    // What runs TypeScript would keep what it compiled.
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, TSX_DISABLE_CACHE: '1' },
  })
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')])
  const left = await Promise.all([home, temporary].map((each) => readdir(each, { recursive: true })))
  return { out: stdout, err: stderr, left: left.flat() }
}

const node = (...args: string[]) => [process.execPath, '--import', 'tsx', ...args]

test.each([
  ['the main thread', []],
  ['a worker thread', ['--worker']],
])('a reading in %s leaves the home and the temporary folder empty', async (_, where) => {
  expect(await runClean(node('test/privacy/read-word.ts', crop, ...where))).toEqual({
    out: 'EXIT\n',
    err: '',
    left: [],
  })
})

test('so do the command line, an evaluation and ten training steps', async () => {
  const safl = (...args: string[]) => runClean(node('src/cli/main.ts', ...args))
  const read = await safl('recognize', crop)
  expect(read.out).toMatch(/\tEXIT\t/)
  expect(read.left).toEqual([])
  const data = `tsv:${join(folder, 'labels.tsv')}`
  expect((await safl('evaluate', '--data', data)).left).toEqual([])
  const settings = ['training.steps=10', 'training.batchSize=2', 'training.ctcWeight=0', 'training.columnWeight=0']
  const trained = await safl(
    ...['train', '--run', join(folder, 'run'), '--preset', 'mini', '--no-synth', '--data', data, '--workers', '1'],
    ...settings.flatMap((setting) => ['--set', setting]),
  )
  expect(trained.err).toMatch(/10 steps/)
  expect(trained.left).toEqual([])
})

const strace = ['/usr/bin/strace', '/bin/strace'].find(existsSync)

// Where strace is missing, what follows below still says that there is no address to send to.
test.skipIf(!strace)('no socket is opened', async () => {
  const trace = join(folder, 'trace.txt')
  const tracing = [strace!, '-f', '-qq', '-e', 'trace=socket,connect,sendto', '-e', 'signal=none', '-o', trace]
  const { out } = await runClean([...tracing, ...node('test/privacy/read-word.ts', crop, '--worker')])
  expect(out).toBe('EXIT\n')
  // What runs TypeScript looks for its parent by a local socket.
  expect((await readFile(trace, 'utf8')).split('\n').filter((line) => line.includes('AF_INET'))).toEqual([])
})

test('the runtime has no address to send to', async () => {
  const library = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..', 'bin')
  const binaries = (await readdir(library, { recursive: true })).filter((name) => /\.(so[.\d]*|dylib|node)$/.test(name))
  expect(binaries.length).toBeGreaterThan(0)
  for (const name of binaries) {
    const bytes = await readFile(join(library, name))
    expect([name, bytes.includes('events.data.microsoft.com')]).toEqual([name, false])
  }
})
