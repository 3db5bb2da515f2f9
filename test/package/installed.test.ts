/** The package as npm installs it for whoever reads words: built, without what only training needs. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'

const folder = await mkdtemp(join(tmpdir(), 'safl-installed-'))
const installed = join(folder, 'node_modules')
const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: Record<string, string> }

async function link(name: string): Promise<void> {
  await mkdir(dirname(join(installed, name)), { recursive: true })
  await symlink(resolve('node_modules', name), join(installed, name))
}

function safl(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join('node_modules', 'safl', 'dist', 'cli', 'main.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** A bitmap of 2 × 1 pixels, 24 bits each. */
function bitmap(): Buffer {
  const bytes = Buffer.alloc(62)
  bytes.write('BM')
  for (const [place, value] of [
    [2, 62],
    [10, 54],
    [14, 40],
    [18, 2],
    [22, 1],
  ] as const)
    bytes.writeUInt32LE(value, place)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  return bytes
}

beforeAll(async () => {
  const own = join(installed, 'safl')
  await mkdir(own, { recursive: true })
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(own, 'dist')])
  await cp('package.json', join(own, 'package.json'))
  await symlink(resolve('models'), join(own, 'models'))
  for (const name of Object.keys(dependencies)) await link(name)
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`
  await writeFile(join(folder, 'crop.png'), await sharp(Buffer.from(svg)).png().toBuffer())
  await writeFile(join(folder, 'crop.bmp'), bitmap())
  await writeFile(join(folder, 'words.tsv'), 'crop.png\tEXIT\ncrop.png\tEXIT\n')
  await writeFile(join(folder, 'words.csv'), 'filename,words\ncrop.png,"EXIT"\n')
})

test('reads, evaluates and names all its commands', () => {
  expect(safl('recognize', 'crop.png')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^crop\.png\tEXIT\t/),
  })
  expect(safl('evaluate', '--data', 'tsv:words.tsv')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^tsv:words\.tsv: 2 words, accuracy 100\.00 %/),
  })
  const { status, stdout } = safl('--help')
  expect([status, stdout.match(/^ {2}[a-z]+(?= )/gm)?.map((name) => name.trim())]).toEqual([
    0,
    expect.arrayContaining(['recognize', 'evaluate', 'train', 'study', 'synth', 'data']),
  ])
})

/** Node looks for packages in all folders above, and somebody may have some there. */
const isAlone = ![dirname(folder), dirname(dirname(folder))].some((path) => existsSync(join(path, 'node_modules')))

describe.runIf(isAlone)('what only some need is asked for with the command that installs it', () => {
  const data = ['--data', 'tsv:words.tsv', '--validation', 'tsv:words.tsv']
  const plots = 'needs vega and vega-lite: npm install vega vega-lite'
  const canvas = 'needs @napi-rs/canvas: npm install @napi-rs/canvas'
  const all = 'needs @napi-rs/canvas, vega and vega-lite: npm install @napi-rs/canvas vega vega-lite'
  test.each([
    [['train', '--run', 'run', ...data], `safl: safl train ${all}\n`],
    [['train', '--run', 'run', '--no-synth', ...data], `safl: safl train ${plots}\n`],
    [['study', 'focal', '--out', 'study'], `safl: safl study focal ${plots}\n`],
    [['study', 'parts', '--out', 'study'], `safl: safl study parts ${canvas}\n`],
    [['synth', '--out', 'set'], `safl: safl synth ${canvas}\n`],
    [['evaluate', '--report', 'report', '--data', 'tsv:words.tsv'], `safl: safl evaluate --report ${all}\n`],
    [['data', 'stats', '--plot', 'a.svg', 'tsv:words.tsv'], `safl: safl data stats --plot ${plots}\n`],
    [['data', 'check', 'csv:words.csv'], 'safl: csv:words.csv needs csv-parse: npm install csv-parse\n'],
    [
      ['train', '--run', 'run', '--distributed', 'mpi'],
      'safl: safl train --distributed mpi needs koffi: npm install koffi\n',
    ],
    [['queue', 'work'], 'safl: safl queue needs bullmq and ioredis: npm install bullmq ioredis\n'],
    [['recognize', 'crop.bmp'], `safl: crop.bmp: reading Windows' bitmaps and icons ${canvas}\n`],
  ])('%j', async (args, message) => {
    expect(safl(...args)).toEqual({ status: 1, stdout: '', stderr: message })
    for (const name of ['run', 'study', 'set', 'report', 'a.svg']) expect(existsSync(join(folder, name))).toBe(false)
  })

  test('fonts, by the path that they have there', async () => {
    await link('@napi-rs/canvas')
    expect(safl('synth', '--out', 'set').stderr).toContain(
      'there is no such folder of fonts; install those of this package (npm ci --prefix node_modules/safl/fonts), or name a folder of your own with --fonts',
    )
    expect(safl('synth', '--fonts', 'none', '--out', 'set').stderr).toContain(
      'safl: --fonts none: there is no such folder of fonts; name another, or install those of this package (npm ci --prefix node_modules/safl/fonts) and leave --fonts out\n',
    )
  })
})

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

test('what npm installs for a reader is at most 80 MB beside onnxruntime-node', async () => {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
  const places = new Set<string>()
  const visit = (from: string, { dependencies, optionalDependencies }: Locked) => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = [`${from}/node_modules/${name}`, `node_modules/${name}`].find(
        (path) => packages[path] && existsSync(path),
      )
      if (place === undefined || places.has(place)) continue
      places.add(place)
      visit(place, packages[place]!)
    }
  }
  visit('', packages['']!)
  expect(places).toContain('node_modules/sharp')
  expect([...places].filter((place) => /vega|canvas|csv|bullmq|redis|koffi/.test(place))).toEqual([])
  const others = [...places].filter((place) => place !== 'node_modules/onnxruntime-node')
  const sizes = await Promise.all([...others, 'models', join(installed, 'safl/dist')].map(sizeOf))
  const trunk = await sizeOf('models/trunk.safetensors')
  expect((sizes.reduce((sum, size) => sum + size, 0) - trunk) / 1e6).toBeLessThanOrEqual(80)
})

/** Bytes of a file, or of all in a folder but packages in packages. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.size
  const names = (await readdir(path)).filter((name) => name !== 'node_modules')
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}
