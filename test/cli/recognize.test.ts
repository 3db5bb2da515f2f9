/** `safl recognize` where a shell, a signal or a slip of the hand comes between. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const node = ['--import', 'tsx', 'src/cli/main.ts']
const inFolder = (name: string) => join(folder, name)

function safl(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const draw = (text: string) =>
  sharp(
    Buffer.from(
      `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">${text}</text></svg>`,
    ),
  )

beforeAll(async () => {
  await mkdir(inFolder('a'))
  await draw('EXIT').png().toFile(inFolder('crop.png'))
  await draw('Taxi').webp().toFile(inFolder('crop.webp'))
  await draw('EXIT').png().toFile(inFolder('a/b.png'))
  await draw('Taxi').png().toFile(inFolder('a_b.png'))
})

describe('what is printed', () => {
  test('a file that cannot be read has its record in JSON, JSON lines and CSV', () => {
    const files = [inFolder('crop.png'), inFolder('nowhere.png'), inFolder('crop.webp')]
    const message = `${files[1]}: no such file`
    const failure = { path: files[1], error: message }
    const json = safl('recognize', '--json', ...files)
    expect([json.status, json.stderr]).toEqual([1, `safl: ${message}\n`])
    const words = [{ path: files[0], text: 'EXIT' }, failure, { path: files[2], text: 'Taxi' }]
    expect(JSON.parse(json.stdout)).toMatchObject(words)
    const lines = safl('recognize', '--jsonl', ...files)
      .stdout.trim()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(words)
    const csv = safl('recognize', '--csv', '--alternatives', '1', ...files).stdout.split('\n')
    expect(csv[0]).toBe('path,text,confidence,alternative_1,confidence_1,error')
    expect(csv[2]).toBe(`"${files[1]}",,,,,"${message}"`)
    expect(csv[3]).toMatch(/crop\.webp","Taxi",.*,$/)
    // As many fields in each row, whatever is in it.
    const counts = csv.slice(0, 4).map((row) => row.replaceAll(/"[^"]*"/g, '').split(',').length)
    expect(counts).toEqual([6, 6, 6, 6])
    expect(safl('recognize', '--json', inFolder('nowhere.png')).stdout).toMatch(/^\[\n {2}\{/)
  })

  test('an empty folder is an empty JSON array', async () => {
    await mkdir(inFolder('empty'))
    expect(JSON.parse(safl('recognize', '--json', inFolder('empty')).stdout)).toEqual([])
  })

  /** As many words as take minutes, on standard input. */
  const endless = `${inFolder('crop.png')}\n`.repeat(20_000)

  test('Ctrl-C leaves whole JSON of what was read until then', async () => {
    const child = spawn(process.execPath, [...node, 'recognize', '--json', '-'])
    child.stdin.on('error', () => {}).end(endless)
    let out = ''
    child.stdout.on('data', (chunk) => {
      // Words are printed as they are read.
      if (out === '') child.kill('SIGINT')
      out += chunk
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect(status).toBe(130)
    const records = JSON.parse(out) as { text: string }[]
    expect(records.length).toBeGreaterThan(0)
    for (const { text } of records) expect(text).toBe('EXIT')
  })

  test('whoever has read enough ends it quietly', () => {
    const command = `"${process.execPath}" ${node.join(' ')} recognize - | head -n 2`
    const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
      input: endless,
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^(.*crop\.png\tEXIT\t[\d.]+\n){2}$/)
  })
})

test('straightened words of different files never share a name', async () => {
  const names = ['crop.png', 'crop.webp', 'a/b.png', 'a_b.png', 'crop.png']
  const { status } = safl('recognize', '--save-rectified', inFolder('saved'), ...names.map(inFolder))
  expect(status).toBe(0)
  const stem = folder.slice(1).replaceAll('/', '_')
  expect((await readdir(inFolder('saved'))).sort()).toEqual(
    ['crop', 'crop_2', 'a_b', 'a_b_2'].map((name) => `${stem}_${name}.png`).sort(),
  )
})

describe('slips', () => {
  test('an image without its verb', () => {
    expect(safl('photo of me.png').stderr).toBe(
      `safl: unknown command "photo of me.png"; did you mean: safl recognize 'photo of me.png'\n`,
    )
    expect(safl(inFolder('a')).stderr).toMatch(/did you mean: safl recognize \/\S+\/a\n$/)
    const other = safl('constructor')
    expect([other.status, other.stderr]).toEqual([1, expect.stringMatching(/unknown command 'constructor'/)])
  })

  test('no image: usage and an example', () => {
    const { status, stdout, stderr } = safl('recognize')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^safl: name the images to read\n\nUsage: safl recognize \[options\] <files\.\.\.>\n/)
    expect(stderr).toContain('safl recognize photo-of-a-word.png')
  })

  test('an address', () => {
    const { status, stderr } = safl('recognize', 'https://example.org/*.png?b=1')
    expect([status, stderr]).toEqual([
      1,
      'safl: https://example.org/*.png?b=1: only files are read, nothing from the network; fetch it and give its bytes\n',
    ])
  })

  test('a lexicon that is no text, and one in UTF-16', async () => {
    const image = inFolder('crop.png')
    const refused = safl('recognize', '--lexicon', image, image)
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^safl: lexicon \S+crop\.png: is no text\b.*; it needs a word a line\n$/),
    ])
    await writeFile(inFolder('words.txt'), Buffer.from('\ufeffTaxi\r\nexit\r\n', 'utf16le'))
    expect(safl('recognize', '--lexicon', inFolder('words.txt'), image).stdout).toMatch(/\texit\t/)
  })

  test('more threads than cores', () => {
    const { status, stdout, stderr } = safl('recognize', '--threads', '100000', inFolder('crop.png'))
    expect([status, stdout]).toEqual([0, expect.stringMatching(/\tEXIT\t/)])
    expect(stderr).toBe(`safl: threads: 100000 is more than the cores there are: ${availableParallelism()} are used\n`)
  })

  test('an export to where there is no folder', () => {
    const { status, stderr } = safl('export', '--out', inFolder('nodir/x.onnx'))
    const wanted = `safl: --out ${inFolder('nodir/x.onnx')}: there is no folder ${inFolder('nodir')}; make it first\n`
    expect([status, stderr]).toEqual([1, wanted])
  })
})
