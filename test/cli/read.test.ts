/** `safl read`, from boxes that are given. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DOMParser } from '@xmldom/xmldom'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawn, drawPhotograph } from '../read/drawn-photograph.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const node = ['--import', 'tsx', 'src/cli/main.ts']
const inFolder = (name: string) => join(folder, name)

function safl(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const read = (...args: string[]) => safl('read', '--boxes', folder, ...args)

const words = [drawn('FRESH', [60, 40]), drawn('BREAD', [220, 40]), drawn('HOTEL', [700, 330], { angle: 90 })]

beforeAll(async () => {
  await drawPhotograph(words).jpeg().toFile(inFolder('street.jpg'))
  await drawPhotograph(words.slice(2)).png().toFile(inFolder('wall.png'))
  const lines = (some: typeof words) =>
    some.map(({ quadrilateral, text }) => `${quadrilateral.flat().join(',')},${text}\n`).join('')
  await writeFile(inFolder('gt_street.txt'), lines(words))
  await writeFile(inFolder('wall.txt'), lines(words.slice(2)))
  await writeFile(inFolder('nowhere.txt'), '')
})

describe('what is printed', () => {
  test('plain text in reading order; several photographs under their names', () => {
    expect(read(inFolder('street.jpg'))).toEqual({ status: 0, stdout: 'FRESH BREAD\nHOTEL\n', stderr: '' })
    const { status, stdout, stderr } = read(inFolder('street.jpg'), inFolder('nowhere.png'), inFolder('wall.png'))
    expect(stdout).toBe(
      `==> ${inFolder('street.jpg')} <==\nFRESH BREAD\nHOTEL\n\n==> ${inFolder('wall.png')} <==\nHOTEL\n`,
    )
    expect([status, stderr]).toEqual([1, `safl: ${inFolder('nowhere.png')}: no such file\n`])
  })

  test('JSON and JSON lines have a record of each file, also of what cannot be read', () => {
    const files = [inFolder('street.jpg'), inFolder('nowhere.png')]
    const json = read('--json', ...files)
    const wanted = [
      { path: files[0], width: 800, height: 600, text: 'FRESH BREAD\nHOTEL' },
      { path: files[1], error: `${files[1]}: no such file` },
    ]
    expect(json.status).toBe(1)
    const records = JSON.parse(json.stdout) as { lines: { words: { text: string; quadrilateral: number[][] }[] }[] }[]
    expect(records).toMatchObject(wanted)
    const [fresh, bread] = records[0]!.lines[0]!.words
    expect([fresh!.text, bread!.text]).toEqual(['FRESH', 'BREAD'])
    expect(fresh!.quadrilateral).toEqual(words[0]!.quadrilateral)
    const lines = read('--jsonl', ...files)
      .stdout.trimEnd()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(records)
  })

  test('documents and tables', () => {
    const [photograph, other] = [inFolder('street.jpg'), inFolder('wall.png')]
    const tsv = read('--tsv', photograph, other)
      .stdout.trimEnd()
      .split('\n')
      .map((row) => row.split('\t'))
    expect(tsv.filter(([level]) => level === '5').map((row) => [row[1], row[11]])).toEqual([
      ['1', 'FRESH'],
      ['1', 'BREAD'],
      ['1', 'HOTEL'],
      ['2', 'HOTEL'],
    ])
    const parse = (xml: string) => new DOMParser().parseFromString(xml, 'application/xml')
    const hocr = parse(read('--format', 'hocr', photograph, other).stdout)
    const texts = [...hocr.getElementsByTagName('span')].filter((each) => each.getAttribute('class') === 'ocrx_word')
    expect(texts.map((each) => each.textContent)).toEqual(['FRESH', 'BREAD', 'HOTEL', 'HOTEL'])
    const alto = parse(read('--alto', photograph).stdout)
    const contents = [...alto.getElementsByTagName('String')].map((each) => each.getAttribute('CONTENT'))
    expect(contents).toEqual(['FRESH', 'BREAD', 'HOTEL'])
    expect(read('--alto', inFolder('nowhere.png')).stdout).toBe('')
  })

  test('options of the recogniser and of the reader', async () => {
    await writeFile(inFolder('words.lst'), 'frost\nbroad\nmotel\n')
    expect(read('--lexicon', inFolder('words.lst'), inFolder('street.jpg')).stdout).toBe('frost broad\nmotel\n')
    expect(read('--minimum-confidence', '1', inFolder('street.jpg')).stdout).toBe('')
    const json = read('--json', '--alternatives', '2', inFolder('wall.png')).stdout
    expect(JSON.parse(json)[0].lines[0].words[0].alternatives.length).toBeGreaterThan(0)
  })

  test('an overlay of each photograph', async () => {
    expect(read('--overlay', inFolder('drawn/here'), inFolder('street.jpg'), inFolder('wall.png')).status).toBe(0)
    const names = await readdir(inFolder('drawn/here'))
    expect(names.sort()).toEqual(
      ['street', 'wall'].map((name) => `${folder.slice(1).replaceAll('/', '_')}_${name}.png`),
    )
    const { data, info } = await sharp(join(inFolder('drawn/here'), names[0]!))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([800, 600])
    // The left edge of the first word's box is green.
    const [x, y] = [60, 60]
    const [red, green, blue] = data.subarray((y * 800 + x) * 3)
    expect(green! - Math.max(red!, blue!)).toBeGreaterThan(60)
  })

  test('whoever has read enough ends it quietly', () => {
    const command = `"${process.execPath}" ${node.join(' ')} read --jsonl --boxes ${folder} - | head -n 1`
    const input = `${inFolder('wall.png')}\n`.repeat(5000)
    const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], { input, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ text: 'HOTEL' })
  })
})

describe('slips', () => {
  test('no photograph: usage and an example', () => {
    const { status, stderr } = safl('read')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^safl: name the photographs to read\n\nUsage: safl read \[options\] <photographs\.\.\.>\n/)
  })

  test('what is missing, and what there is no room for', async () => {
    await drawPhotograph([]).png().toFile(inFolder('boxless.png'))
    const { status, stdout, stderr } = read(inFolder('boxless.png'), inFolder('wall.png'))
    expect([status, stdout]).toEqual([1, 'HOTEL\n'])
    expect(stderr).toMatch(/^safl: \S+boxless\.png: no boxes: there is none of \S+boxless\.txt, /)
    expect(safl('read', '--alternatives', '2', inFolder('wall.png')).stderr).toBe(
      'safl: --alternatives: text has no room for them; give --json or --jsonl\n',
    )
    expect(safl('read', '--minimum-confidence', '50', 'a.png').stderr).toMatch(/It must be a number from 0 to 1/)
  })

  // Until there are weights of a finder in the package.
  test('weights of a finder that are missing are named', () => {
    const { status, stderr } = safl('read', '--finder', 'nowhere.safetensors', inFolder('wall.png'))
    expect([status, stderr]).toEqual([1, 'safl: finder: nowhere.safetensors: no such weights file\n'])
  })
})
