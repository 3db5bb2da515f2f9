import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeIds } from '../../src/charset.ts'
import { BatchSource } from '../../src/data/batch-source.ts'
import { type BatchSettings, openBatches } from '../../src/data/batches.ts'
import { drawCharacterMap } from '../../src/data/character-map.ts'
import { type Dataset, openDataset, parseDataSpec, type Split } from '../../src/data/dataset.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const png = await sharp({ create: { width: 30, height: 12, channels: 3, background: '#336699' } })
  .png()
  .toBuffer()
await mkdir(join(folder, 'train'))
for (let index = 0; index < 10; index++) await writeFile(join(folder, 'train', `${index}.png`), png)

async function labels(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('data sets', () => {
  test('IIIT5K: images beside a .tags file of that name', async () => {
    await labels('train.tags', 'train/1.png You\ntrain/2.png it is\n')
    const dataset = await openDataset(parseDataSpec(`iiit5k:${join(folder, 'train')}`))
    expect([dataset.length, await dataset.label(0), await dataset.label(1)]).toEqual([2, 'You', 'it is'])
    expect((await dataset.image(1)).width).toBe(30)
  })

  test('ICDAR: byte-order mark, CRLF, commas, quotes', async () => {
    const path = await labels('gt.txt', '\ufefftrain/1.png, "Genaxis, Theatre"\r\ntrain/2.png, "say \\"hi\\""\r\n')
    const dataset = await openDataset({ kind: 'icdar', path })
    expect([await dataset.label(0), await dataset.label(1)]).toEqual(['Genaxis, Theatre', 'say "hi"'])
    expect((await dataset.image(0)).height).toBe(12)
  })

  test('TSV: a path, a tab, a word', async () => {
    const dataset = await openDataset({ kind: 'tsv', path: await labels('a.tsv', 'train/3.png\tLIVING\n') })
    expect(await dataset.label(0)).toBe('LIVING')
    expect((await dataset.image(0)).width).toBe(30)
  })

  test("a file that Python's lmdb wrote", async () => {
    const dataset = await openDataset({ kind: 'lmdb', path: 'test/data/python-lmdb' })
    expect([dataset.length, await dataset.label(0), await dataset.label(1)]).toEqual([2, 'EXIT', 'Café'])
    expect([...(await dataset.image(1)).data.subarray(0, 3)]).toEqual([20, 20, 30])
    await dataset.close()
  })

  test('LMDB files that are damaged or no LMDB at all are refused, not crashed on', async () => {
    const good = await readFile('test/data/python-lmdb/data.mdb')
    const open = async (bytes: Uint8Array) => {
      const path = join(folder, 'changed.mdb')
      await writeFile(path, bytes)
      return openDataset({ kind: 'lmdb', path })
    }
    await expect(open(good.subarray(0, 100))).rejects.toThrow(/changed.mdb: is a damaged LMDB file: it is truncated/)
    await expect(open(good.subarray(0, 8500))).rejects.toThrow(/truncated/)
    await expect(open(Buffer.alloc(20_000, 7))).rejects.toThrow(/is no LMDB file/)
    const more = Buffer.from(good)
    more[more.indexOf('num-samples') + 'num-samples'.length] = '3'.charCodeAt(0)
    await expect(open(more)).rejects.toThrow(/says it has 3 samples, but has no "label-000000003"/)
    const version = Buffer.from(good)
    version.writeUInt32LE(2, 20)
    await expect(open(version)).rejects.toThrow(/data version 2/)
  })

  test.each([
    ['icdar', 'bad.txt', 'word_1.png "A"\nword_2.png "B"\n', /bad.txt, line 1/],
    ['tsv', 'bad.tsv', 'a.png word\n', /bad.tsv, line 1/],
    ['tsv', 'empty.tsv', '\n', /has no samples/],
    ['tsv', 'latin.tsv', Buffer.from([0x61, 0x09, 0xff]) as unknown as string, /not UTF-8/],
  ] as const)('%s %s is refused by file and line', async (kind, name, text, message) => {
    await expect(openDataset({ kind, path: await labels(name, text) })).rejects.toThrow(message)
  })

  test('missing files and unknown kinds are named', async () => {
    await expect(openDataset({ kind: 'tsv', path: 'nowhere.tsv' })).rejects.toThrow(/nowhere.tsv: no such file/)
    await expect(openDataset({ kind: 'lmdb', path: 'nowhere' })).rejects.toThrow(/nowhere: no such LMDB/)
    expect(() => parseDataSpec('coco:/data')).toThrow(/one of iiit5k, icdar, tsv, .*lmdb/)
    expect(() => parseDataSpec('plain')).toThrow(/KIND:PATH/)
  })

  const chosen = (dataset: Dataset, split: Split) =>
    Array.from({ length: dataset.length }, (_, index) => index).filter((index) => dataset.inSplit(index, split))

  test('every fifth line, from the first, is validation, unless the spec says that all are of one split', async () => {
    const path = await labels('six.tsv', 'a\t1\n'.repeat(6))
    const dataset = await openDataset({ kind: 'tsv', path })
    expect(chosen(dataset, 'validation')).toEqual([0, 5])
    expect(chosen(dataset, 'train')).toEqual([1, 2, 3, 4])
    expect(chosen(dataset, 'all')).toHaveLength(6)
    const trained = await openDataset({ kind: 'tsv', path, wholly: 'train' })
    expect([chosen(trained, 'train').length, chosen(trained, 'validation').length]).toEqual([6, 0])
    const validated = await openDataset({ kind: 'tsv', path, wholly: 'validation' })
    expect([chosen(validated, 'train').length, chosen(validated, 'validation').length]).toEqual([0, 6])
  })

  test('lists say themselves what is training and what is validation', async () => {
    await mkdir(join(folder, 'listed'), { recursive: true })
    const spec = parseDataSpec(`lists*2:${join(folder, 'listed')}`)
    await expect(openDataset(spec)).rejects.toThrow(/listed.train.tsv: no such file; .*validation.tsv/)
    await labels('listed/train.tsv', '../train/1.png\tyou\n../train/2.png\tand me\nnone.png\tgone\n')
    await expect(openDataset(spec)).rejects.toThrow(/validation.tsv: no such file; .* one may be empty/)
    await labels('listed/validation.tsv', '../train/3.png\tus\n')
    const dataset = await openDataset({ ...spec, wholly: 'train' })
    expect([dataset.name, dataset.length, dataset.weight]).toEqual([`lists:${join(folder, 'listed')}`, 4, 2])
    expect([chosen(dataset, 'train'), chosen(dataset, 'validation'), chosen(dataset, 'all')]).toEqual([
      [0, 1, 2],
      [3],
      [0, 1, 2, 3],
    ])
    expect([await dataset.label(1), await dataset.label(3), await dataset.file(3)]).toEqual([
      'and me',
      'us',
      '../train/3.png',
    ])
    const read: unknown[] = []
    for await (const label of dataset.labels()) read.push(label)
    expect(read).toEqual(['you', 'and me', 'gone', 'us'])
    expect((await dataset.image(3)).width).toBe(30)
    await expect(dataset.image(2)).rejects.toThrow(/none.png/)
    expect(dataset.nameOf(3)).toMatch(/validation.tsv, line 1/)
    await labels('listed/validation.tsv', '')
    expect((await openDataset(spec)).length).toBe(3)
    await labels('listed/train.tsv', '')
    await expect(openDataset(spec)).rejects.toThrow(/have no samples/)
  })
})

describe('batches', () => {
  const settings = {
    batchSize: 3,
    replicas: 1,
    lengths: [4, 9],
    lengthBalance: 0,
    joinShare: 0,
    furtherCharacters: '',
    realShare: 1,
    seed: 5,
    stepsPerRun: 1,
    controlPoints: 4,
    nothingShare: 0,
    hiddenShare: 0,
    shows: 1,
    imageHeight: 16,
    imageWidth: 40,
    textWidth: 20,
    textWidths: [],
  }
  const lines = Array.from(
    { length: 10 },
    (_, index) => `train/${index}.png\t${index === 3 ? 'naïve' : index < 7 ? `ab${index}` : 'longer'}`,
  )
  const parts = (settings: BatchSettings, datasets: readonly Dataset[]) => ({
    settings,
    datasets,
    synthesizer: null,
    cacheBytes: 1 << 20,
    workers: 1,
  })
  const spec = async () => ({ kind: 'tsv' as const, path: await labels('b.tsv', `${lines.join('\n')}\n`) })

  test('a batch is a pure function of settings and number, in processes as in place', async () => {
    const source = await BatchSource.open(parts(settings, [await openDataset(await spec())]))
    const stream = openBatches({ sources: [await spec()], synth: null, settings, firstBatch: 2, workers: 2, queue: 3 })
    for (let index = 2; index < 8; index++) {
      const { images, targets, length, ...rest } = await stream.next()
      const expected = await source.render(index)
      expect(rest.index).toBe(index)
      expect([images, targets, length]).toEqual([expected.images, expected.targets, expected.length])
    }
    await stream.close()
  })

  test('only training words whose characters are known are drawn, sorted by length', async () => {
    const source = await BatchSource.open(parts(settings, [await openDataset(await spec())]))
    for (let index = 0; index < 20; index++) {
      const { targets, length, size } = await source.render(index)
      for (let place = 0; place < size; place++) {
        const word = [...targets.subarray(place * length, (place + 1) * length)]
        expect(word.indexOf(94)).toBe(length === 4 ? 3 : 6)
      }
    }
  })

  test('joined words have the length of their batch, and spell two training words', async () => {
    const joining = { ...settings, lengths: [4, 9, 13], joinShare: 1 }
    const source = await BatchSource.open(parts(joining, [await openDataset(await spec())]))
    const known = new Set(lines.filter((_, index) => index % 5 !== 0).map((line) => line.split('\t')[1]!))
    let [joined, single] = [0, 0]
    for (let index = 0; index < 20; index++) {
      const { targets, length, size } = await source.render(index)
      for (let place = 0; place < size; place++) {
        const text = decodeIds([...targets.subarray(place * length, (place + 1) * length)].filter((id) => id < 94))
        expect(text.length + 1).toBeLessThanOrEqual(length)
        const cuts = Array.from(text, (_, cut) => [text.slice(0, cut), text.slice(cut)])
        if (cuts.some((parts) => parts.every((part) => known.has(part)))) joined++
        else single += known.has(text) ? 1 : Number.POSITIVE_INFINITY
      }
    }
    // No two words fit into three characters, and now and then no pair that fits is found: single ones stand in.
    expect(joined).toBeGreaterThan(5)
    expect(single).toBeLessThan(55)
  })

  test('lengths are as frequent as their words, or alike', async () => {
    const shares = async (lengthBalance: number) => {
      const source = await BatchSource.open(parts({ ...settings, lengthBalance }, [await openDataset(await spec())]))
      let short = 0
      for (let index = 0; index < 400; index++) if ((await source.render(index)).length === 4) short++
      return short / 400
    }
    // Of the ten words six are trained on whose characters are known: 4 short, 2 long or the like.
    const natural = await shares(0)
    expect(natural).toBeGreaterThan(0.55)
    expect(Math.abs((await shares(1)) - 0.5)).toBeLessThan(0.1)
  })

  test('sets are mixed by weight, and what is left out is counted by reason', async () => {
    const first = await labels(
      'w1.tsv',
      'x\ta\ntrain/1.png\taaa\ntrain/2.png\ta b\ntrain/3.png\t\ntrain/4.png\ta-word-too-long\n',
    )
    const second = await labels('w2.tsv', 'x\tb\ntrain/1.png\tbbb\n')
    const specs = [`tsv*3:${first}`, `tsv:${second}`].map(parseDataSpec)
    const source = await BatchSource.open(parts(settings, await Promise.all(specs.map(openDataset))))
    let [heavy, light] = [0, 0]
    for (let index = 0; index < 200; index++) {
      const { targets, length, size, skipped } = await source.render(index)
      if (index === 0) {
        expect(skipped).toHaveLength(3)
        expect(skipped.join('\n')).toMatch(/w1.tsv: 1 with characters that have no class, the first .*line 3/)
      } else expect(skipped).toEqual([])
      for (let place = 0; place < size; place++) targets[place * length] === 10 ? heavy++ : light++
    }
    // Three to one, of 600 draws: five deviations.
    expect(Math.abs(heavy / (heavy + light) - 0.75)).toBeLessThan(0.09)
    expect(() => parseDataSpec('tsv*0:a.tsv')).toThrow(/WEIGHT a number above 0/)
  })

  test('a bad image is replaced and named once; all bad is an error', async () => {
    await writeFile(join(folder, 'train', 'broken.png'), png.subarray(0, 40))
    const path = await labels('c.tsv', 'train/0.png\taaa\ntrain/1.png\tbbb\ntrain/broken.png\tccc\n')
    const source = await BatchSource.open(parts(settings, [await openDataset({ kind: 'tsv', path })]))
    const skipped: string[] = []
    for (let index = 0; index < 6; index++) skipped.push(...(await source.render(index)).skipped)
    expect(skipped).toHaveLength(1)
    expect(skipped[0]).toMatch(/broken.png/)
    const worse = await labels('d.tsv', 'x.png\taaa\ntrain/broken.png\tccc\n')
    const stream = openBatches({
      sources: [{ kind: 'tsv', path: worse }],
      synth: null,
      settings,
      firstBatch: 0,
      workers: 1,
      queue: 1,
    })
    await expect(stream.next()).rejects.toThrow(/not one of 1 real words/)
    await stream.close()
  })
})

test('the character map holds each character where its quadrilateral lies', () => {
  const map = drawCharacterMap('A1', Float32Array.of(0, 0, 0.5, 0, 0.5, 1, 0, 1, 0.75, 0.5, 1, 0.5, 1, 1, 0.75, 1))
  expect([map[0], map[15 * 128 + 62], map[64], map[15 * 128 + 120], map[120]]).toEqual([36, 36, 254, 1, 254])
})
