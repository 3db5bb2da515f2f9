/** Label files as other programs and systems leave them. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type DataKind, openDataset } from '../../src/data/dataset.ts'
import { LmdbWriter } from '../../src/data/lmdb-writer.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-foreign-'))
const png = await sharp({ create: { width: 30, height: 12, channels: 3, background: '#336699' } })
  .png()
  .toBuffer()
await mkdir(join(folder, 'train'))
for (const name of ['1', '2', '115_Lube_45484']) await writeFile(join(folder, 'train', `${name}.png`), png)

async function open(kind: DataKind, name: string, content: string | Uint8Array) {
  await writeFile(join(folder, kind === 'iiit5k' ? `${name}.tags` : name), content)
  return openDataset({ kind, path: join(folder, name) })
}

async function labelsOf(kind: DataKind, name: string, content: string | Uint8Array): Promise<string[]> {
  const dataset = await open(kind, name, content)
  const labels: string[] = []
  for await (const label of dataset.labels()) labels.push(label instanceof Error ? `! ${label.message}` : label)
  for (const [index, label] of labels.entries()) {
    const alone = await dataset.label(index).catch((error: Error) => `! ${error.message}`)
    expect(alone).toBe(label)
  }
  await dataset.close()
  return labels
}

/** The same two words in every kind. */
const texts: Readonly<Partial<Record<DataKind, string>>> = {
  tsv: 'train/1.png\tCafé\ntrain/2.png\t出口\n',
  icdar: 'train/1.png, "Café"\ntrain/2.png, "出口"\n',
  iiit5k: 'train/1.png Café\ntrain/2.png 出口\n',
  jsonl: '{"file_name": "train/1.png", "text": "Café"}\n{"file_name": "train/2.png", "text": "出口"}\n',
  csv: 'filename,words\ntrain/1.png,Café\ntrain/2.png,"出口"\n',
  doctr: '{"1.png": "Café",\n"2.png": "出口"}\n',
}

describe.each(Object.entries(texts) as [DataKind, string][])('%s', (kind, text) => {
  const little = (content: string) => Buffer.from(content, 'utf16le')
  test.each<[string, Uint8Array]>([
    ['UTF-8 with a byte-order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 with one', little(`\ufeff${text}`)],
    ['UTF-16 with one, big-endian', little(`\ufeff${text}`).swap16()],
    ['UTF-16 without, CRLF', little(text.replaceAll('\n', '\r\n'))],
    ['UTF-16 without, big-endian', little(text).swap16()],
    ['line ends of old Macs', Buffer.from(text.replaceAll('\n', '\r'))],
    ['line ends of old Macs in UTF-16', little(`\ufeff${text.replaceAll('\n', '\r')}`)],
    ['no line end at the end', little(`\ufeff${text.trimEnd()}`)],
  ])('%s', async (name, content) => {
    expect(await labelsOf(kind, `${kind}-${name}`, content)).toEqual(['Café', '出口'])
  })

  test('Windows-1252 is named with what would do, and no zero byte is printed', async () => {
    const latin = Buffer.from(text.replace('出口', 'Tel'), 'latin1')
    const found = await labelsOf(kind, `${kind}-latin`, latin).catch((error: Error) => [`! ${error.message}`, 'Tel'])
    expect(found[0]).toMatch(/^! .*-latin.*: is not UTF-8 text.*Café.*`iconv -f WINDOWS-1252 -t UTF-8`/s)
    expect(found[1]).toBe('Tel')
    const utf32 = Buffer.from([0xff, 0xfe, 0, 0, ...[...text].flatMap((each) => [each.charCodeAt(0) & 255, 0, 0, 0])])
    await expect(open(kind, `${kind}-utf32`, utf32)).rejects.toThrow(/-utf32.*: is UTF-32 text; `iconv/)
    const error = await open(kind, `${kind}-picture`, png).then(
      () => '',
      ({ message }: Error) => message,
    )
    expect(error).toMatch(/is no text, but a picture/)
  })
})

describe('CSV', () => {
  test('words with separators, other separators, a row of too many fields among good ones', async () => {
    expect(
      await labelsOf('csv', 'easyocr.csv', 'filename,words\n1.png,Hello, world\n2.png,Tel\n3.png,1,234.50\n'),
    ).toEqual(['Hello, world', 'Tel', '1,234.50'])
    expect(await labelsOf('csv', 'excel.csv', 'sep=;\nfilename;words\n1.png;Tel\n')).toEqual(['Tel'])
    expect(await labelsOf('csv', 'german.csv', 'words;filename\n"1,5; 2";1.png\n')).toEqual(['1,5; 2'])
    const mixed = await labelsOf('csv', 'mixed.csv', 'file,word,score\n1.png,A,0.9\n2.png,B,C,0.8\n3.png,D,0.7\n')
    expect(mixed).toEqual(['A', expect.stringMatching(/^! .*mixed.csv, line 3: has 4 fields where .* names 3/), 'D'])
  })

  test('a stray quote costs no other row, and words of several lines stay whole', async () => {
    const text = 'filename,words\n1.png,"stray\n2.png,Tel\n3.png,12" pipe\n4.png,"two\nlines"\n5.png,"EXIT"\n'
    const dataset = await open('csv', 'stray.csv', text)
    const labels: unknown[] = []
    for await (const label of dataset.labels()) labels.push(label)
    expect(labels).toEqual(['"stray', 'Tel', '12" pipe', 'two\nlines', 'EXIT'])
    expect(dataset.nameOf(4)).toMatch(/stray.csv, line 7$/)
    await dataset.close()
  })
})

test("docTR's detection sets are said to be of photographs", async () => {
  const text = '{"img.jpg": {"img_dimensions": [900, 600], "polygons": []}}'
  await expect(open('doctr', 'detection.json', text)).rejects.toThrow(/"img.jpg" is no text: .* photograph/)
  await expect(open('doctr', 'mmocr.json', '{"metainfo": {}, "data_list": []}')).rejects.toThrow(/MMOCR's JSON/)
})

describe('paths', () => {
  test("Windows' backslashes lead to the file; its drives are named", async () => {
    const dataset = await open('tsv', 'back.tsv', 'train\\1.png \tTel\nC:\\words\\2.png\tEXIT\nD:/words/2.png\tA\n')
    expect((await dataset.image(0)).width).toBe(30)
    expect(Buffer.from(await dataset.bytes(0)).equals(png)).toBe(true)
    for (const index of [1, 2])
      await expect(dataset.image(index)).rejects.toThrow(/^[CD]:.*2\.png: no such file: a path of Windows; give paths/)
    await dataset.close()
  })

  test("MJSynth: the word is in the image's name", async () => {
    const dataset = await open('mjsynth', 'annotation.txt', './train/115_Lube_45484.png 45484\n')
    expect([await dataset.label(0), (await dataset.image(0)).width]).toEqual(['Lube', 30])
    await dataset.close()
    await expect(open('tsv', 'mj.tsv', './train/115_Lube_45484.png 45484\n')).rejects.toThrow(/give mjsynth:PATH/)
    await expect(open('iiit5k', 'mj', './train/115_Lube_45484.png 45484\n')).rejects.toThrow(/give mjsynth:PATH/)
  })

  test('IIIT5K: its label file and its parent lead to the set', async () => {
    await open('iiit5k', 'words', 'train/1.png Tel\n')
    const path = join(folder, 'words')
    await expect(openDataset({ kind: 'iiit5k', path: `${path}.tags` })).rejects.toThrow(`give iiit5k:${path}`)
    await expect(openDataset({ kind: 'iiit5k', path: folder })).rejects.toThrow(`iiit5k:${path}`)
    await expect(openDataset({ kind: 'iiit5k', path: join(folder, 'none') })).rejects.toThrow(/none.tags: no such file/)
    await expect(openDataset({ kind: 'tsv', path: folder })).rejects.toThrow(/is a folder; give the file of labels/)
  })
})

describe('LMDB', () => {
  test('a picture is none', async () => {
    await expect(openDataset({ kind: 'lmdb', path: join(folder, 'train', '1.png') })).rejects.toThrow(/is no LMDB file/)
  })

  test('a folder above names those in it', async () => {
    const root = join(folder, 'root')
    const paths = ['training/MJ/MJ_train', 'training/ST'].map((name) => join(root, name))
    for (const path of paths) {
      await mkdir(path, { recursive: true })
      await (await LmdbWriter.create(join(path, 'data.mdb'))).finish()
      await writeFile(join(path, 'lock.mdb'), '')
    }
    await expect(openDataset({ kind: 'lmdb', path: root })).rejects.toThrow(
      `${root}: is no LMDB, but has 2 in it: give lmdb:${paths[0]}, or lmdb:${paths[1]}`,
    )
    await expect(openDataset({ kind: 'lmdb', path: dirname(paths[0]!) })).rejects.toThrow(`give lmdb:${paths[0]}`)
    await expect(openDataset({ kind: 'lmdb', path: join(folder, 'train') })).rejects.toThrow(/it has no data.mdb/)
    await expect(openDataset({ kind: 'lmdb', path: join(paths[0]!, 'lock.mdb') })).rejects.toThrow(/is the lock/)
  })
})
