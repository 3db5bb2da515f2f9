import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type DataKind, type Dataset, dataKinds, openDataset } from '../../src/data/dataset.ts'
import { labelToName, nameToLabel } from '../../src/data/label-formats.ts'
import { LmdbReader } from '../../src/data/lmdb-reader.ts'
import { LmdbWriter } from '../../src/data/lmdb-writer.ts'
import { createDataset } from '../../src/data/write-dataset.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-formats-'))
const picture = (red: number) =>
  sharp({ create: { width: 20, height: 10, channels: 3, background: { r: red, g: 10, b: 20 } } })
    .png()
    .toBuffer()

const LABELS = [
  'EXIT',
  'exit',
  'Exit',
  'say "hi"',
  'a,b',
  'back\\slash',
  '50%',
  'x/y',
  'with space',
  'Café',
  '3.14',
  "it's~2",
]

function pathFor(kind: DataKind, name: string): string {
  const place = join(folder, name)
  if (kind === 'lmdb' || kind === 'folder') return place
  return join(place, kind === 'iiit5k' ? 'train' : kind === 'doctr' ? 'labels.json' : 'labels')
}

async function contents(dataset: Dataset): Promise<string[]> {
  const found: string[] = []
  for (let index = 0; index < dataset.length; index++) {
    found.push(`${await dataset.label(index)} ${Buffer.from(await dataset.bytes(index)).toString('base64')}`)
  }
  const streamed: unknown[] = []
  for await (const label of dataset.labels()) streamed.push(label)
  expect(streamed).toEqual(found.map((line) => line.slice(0, line.lastIndexOf(' '))))
  return found
}

async function write(kind: DataKind, name: string, samples: readonly (readonly [string, Buffer])[]): Promise<string> {
  const path = pathFor(kind, name)
  const writer = await createDataset({ kind, path })
  for (const [label, bytes] of samples) await writer.add({ label, bytes })
  await writer.finish()
  return path
}

const samples: [string, Buffer][] = []
for (const [index, label] of LABELS.entries()) samples.push([label, await picture(index)])
const expected = samples.map(([label, bytes]) => `${label} ${bytes.toString('base64')}`)

describe('what a format writes it reads', () => {
  test.each(dataKinds.filter((kind) => kind !== 'mjsynth'))('%s', async (kind) => {
    const dataset = await openDataset({ kind, path: await write(kind, `out-${kind}`, samples) })
    const found = await contents(dataset)
    // A folder has the order of its names.
    expect(kind === 'folder' ? found.sort() : found).toEqual(kind === 'folder' ? [...expected].sort() : expected)
    expect((await dataset.image(0)).width).toBe(20)
    await dataset.close()
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  test('LMDB to TSV to LMDB gives the same file, byte for byte', async () => {
    const first = await write('lmdb', 'round-1', samples)
    const asTsv = await openDataset({ kind: 'lmdb', path: first })
    const tsv: [string, Buffer][] = []
    for (let index = 0; index < asTsv.length; index++)
      tsv.push([await asTsv.label(index), Buffer.from(await asTsv.bytes(index))])
    const back = await openDataset({ kind: 'tsv', path: await write('tsv', 'round-2', tsv) })
    const again: [string, Buffer][] = []
    for (let index = 0; index < back.length; index++)
      again.push([await back.label(index), Buffer.from(await back.bytes(index))])
    const last = await write('lmdb', 'round-3', again)
    expect(await readFile(join(last, 'data.mdb'))).toEqual(await readFile(join(first, 'data.mdb')))
  })

  test('a label that a format cannot hold is refused, and the others are kept', async () => {
    const writer = await createDataset({ kind: 'tsv', path: pathFor('tsv', 'lines') })
    await writer.add({ label: 'one', bytes: samples[0]![1] })
    await expect(writer.add({ label: 'two\nlines', bytes: samples[1]![1] })).rejects.toThrow(
      /cannot hold .*two\\nlines/,
    )
    await writer.add({ label: 'three', bytes: samples[2]![1] })
    await writer.finish()
    const dataset = await openDataset({ kind: 'tsv', path: pathFor('tsv', 'lines') })
    expect([dataset.length, await dataset.label(1)]).toEqual([2, 'three'])
    expect(labelToName('', 1)).toBeNull()
    expect(labelToName('w'.repeat(300), 1)).toBeNull()
  })

  test('nothing appears before it is whole, and nothing is written over', async () => {
    const path = pathFor('lmdb', 'unfinished')
    const writer = await createDataset({ kind: 'lmdb', path })
    await writer.add({ label: 'a', bytes: samples[0]![1] })
    expect((await readdir(folder)).includes('unfinished')).toBe(false)
    await writer.abandon()
    expect((await readdir(folder)).filter((name) => name.startsWith('unfinished'))).toEqual([])
    await mkdir(path)
    await writeFile(join(path, 'precious'), 'x')
    await expect(createDataset({ kind: 'lmdb', path })).rejects.toThrow(/unfinished: holds files already/)
    await expect(createDataset({ kind: 'mjsynth', path })).rejects.toThrow(/MJSynth is read, not written/)
  })

  test('names and labels: what a file system forbids is encoded', () => {
    for (const label of ['a/b', '50%', '..', 'CON.', 'é~3', ' x', 'tab\there']) {
      for (const number of [1, 2, 30]) expect(nameToLabel(labelToName(label, number)!)).toBe(label)
    }
    expect(nameToLabel('EXIT~12')).toBe('EXIT')
  })
})

describe('label files as others write them', () => {
  const open = async (kind: DataKind, name: string, text: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return openDataset({ kind, path })
  }
  const labelsOf = async (dataset: Dataset) => {
    const labels: string[] = []
    for await (const label of dataset.labels()) labels.push(label instanceof Error ? `! ${label.message}` : label)
    return labels
  }

  test('JSONL of several makers', async () => {
    const text =
      '{"file_name":"a.png","text":"One"}\r\n\n{"image":"b.png","label":"Two\\n"}\n{"path":"c.png","word":""}\n'
    expect(await labelsOf(await open('jsonl', 'a.jsonl', text))).toEqual(['One', 'Two\n', ''])
  })

  test('CSV with a byte-order mark, CRLF, quotes, commas, line ends in quotes, columns in any order', async () => {
    const text = '\ufeffid,words,filename\r\n1,"a, ""b""",x.png\r\n2,"two\nlines",y.png\n3,é,z.png'
    const dataset = await open('csv', 'a.csv', text)
    expect(await labelsOf(dataset)).toEqual(['a, "b"', 'two\nlines', 'é'])
    expect(await dataset.label(2)).toBe('é')
    expect(dataset.nameOf(1)).toMatch(/a\.csv, line 3$/)
  })

  test.each([
    ['csv', 'id,words\n1,a\n', /must name a column of files/],
    ['csv', 'filename,text\n', /has no samples/],
    ['doctr', '[1]', /one object/],
    ['doctr', '{"a.png": 3}', /the word of "a.png" is no text/],
    ['doctr', '{"a.png": ', /is no JSON/],
    ['jsonl', '{"file_name": "a.png"}\n', /line 1: no file and word/],
    ['tsv', 'a.png word\n', /line 1: no file and word/],
    ['icdar', 'word_1.png "A"\n', /line 1: no file and word/],
  ] as const)('%s %j is refused', async (kind, text, message) => {
    await expect(open(kind, 'refused', text)).rejects.toThrow(message)
  })

  test('one bad line among good ones is a bad sample: it keeps its number and is named', async () => {
    const text = Buffer.concat([
      Buffer.from('a.png, "A"\nb.png "B"\n'),
      Buffer.from([0x63, 0x2e, 0x70, 0x2c, 0x20, 0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`d.png, "${'w'.repeat(10_000)}"\n`),
    ])
    const labels = await labelsOf(await open('icdar', 'some-bad.txt', text))
    expect(labels[0]).toBe('A')
    expect(labels[1]).toMatch(/some-bad.txt, line 2: no file and word/)
    expect(labels[2]).toMatch(/some-bad.txt, line 3: is not UTF-8/)
    expect(labels[3]).toHaveLength(10_000)
  })

  test('a file of more bytes than are read at once', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `images/${index}.png\tword number ${index}`)
    const dataset = await open('tsv', 'long.tsv', `${lines.join('\n')}\n`)
    const labels = await labelsOf(dataset)
    expect(labels.length).toBe(60_000)
    for (const index of [0, 1, 30_000, 59_999]) {
      expect(labels[index]).toBe(`word number ${index}`)
      expect(await dataset.label(index)).toBe(`word number ${index}`)
    }
    await dataset.close()
  })
})

describe('LMDB', () => {
  test('small values in the tree, large ones in pages of their own, three levels of branches', async () => {
    const path = join(folder, 'deep.mdb')
    const writer = await LmdbWriter.create(path)
    const key = (index: number) => `${'k'.repeat(300)}-${String(index).padStart(6, '0')}`
    const value = (index: number) => Buffer.alloc((index * 37) % 4200, index)
    for (let index = 0; index < 3000; index++) await writer.put(key(index), value(index))
    await expect(writer.put(key(7), value(7))).rejects.toThrow(/does not come after/)
    await expect(writer.put('', value(7))).rejects.toThrow(/1 to 511/)
    await writer.finish()
    const reader = new LmdbReader(path)
    for (let index = 0; index < 3000; index++) expect(reader.get(key(index))?.equals(value(index))).toBe(true)
    expect(reader.get('k')).toBeUndefined()
    expect(reader.get('z')).toBeUndefined()
    reader.close()
  })

  test('an empty one', async () => {
    const path = join(folder, 'empty.mdb')
    await (await LmdbWriter.create(path)).finish()
    expect(new LmdbReader(path).get('num-samples')).toBeUndefined()
    await expect(openDataset({ kind: 'lmdb', path })).rejects.toThrow(/"num-samples" is missing/)
  })

  test('with more samples than it says', async () => {
    const path = join(folder, 'more.mdb')
    const writer = await LmdbWriter.create(path)
    for (const kind of ['image', 'label'])
      for (const number of [1, 2]) await writer.put(`${kind}-00000000${number}`, Buffer.from('x'))
    await writer.put('num-samples', Buffer.from('1'))
    await writer.finish()
    await expect(openDataset({ kind: 'lmdb', path })).rejects.toThrow(
      /says it has 1 samples, but has a "label-000000002"/,
    )
  })

  const hasPython = spawnSync('/usr/bin/python3', ['-c', 'import lmdb']).status === 0
  test.skipIf(!hasPython)("Python's lmdb reads what is written here, all of it", async () => {
    const path = await write('lmdb', 'for-python', samples)
    const script = `
import lmdb, sys
env = lmdb.open(sys.argv[1], readonly=True, lock=False)
with env.begin() as t:
    n = int(t.get(b'num-samples'))
    print(n, env.stat()['entries'], sum(1 for _ in t.cursor()))
    for i in range(n): print(t.get(b'label-%09d' % (i + 1)).decode(), len(t.get(b'image-%09d' % (i + 1))))
`
    const out = execFileSync('/usr/bin/python3', ['-c', script, path], { encoding: 'utf8' }).trim().split('\n')
    expect(out[0]).toBe(`${LABELS.length} ${2 * LABELS.length + 1} ${2 * LABELS.length + 1}`)
    expect(out.slice(1)).toEqual(samples.map(([label, bytes]) => `${label} ${bytes.length}`))
  })
})
