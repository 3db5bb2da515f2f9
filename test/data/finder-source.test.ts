/** Crops of photographs: a function of settings and number, whoever cuts them. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { type FinderBatch, KERNEL_PLACE } from '../../src/data/finder-batch.ts'
import { openFinderBatches } from '../../src/data/finder-batches.ts'
import { FinderSource, finderBatchSettings } from '../../src/data/finder-source.ts'
import { openPhotographs, type PhotographSet } from '../../src/data/photographs.ts'
import { miniFinder } from '../mini-finder.ts'

const settings = { ...finderBatchSettings(miniFinder({ batchSize: 4 }, { cropSize: 96 })), cropsOfOne: 2 }
let folder: string
let set: PhotographSet

/** Grey photographs in which white boxes stand for words; every fifth, for validation, is black beside them. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safl-'))
  for (let index = 0; index < 10; index++) {
    const [width, height] = [200, 140]
    const data = new Uint8Array(width * height * 3).fill(index % 5 === 4 ? 0 : 120)
    const [left, top] = [20 + 8 * index, 30 + 5 * index]
    for (let y = top; y < top + 20; y++) data.fill(255, 3 * (y * width + left), 3 * (y * width + left + 60))
    const name = `photograph${index}`
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(folder, `${name}.png`))
    const [right, bottom] = [left + 60, top + 20]
    const words = `${left},${top},${right},${top},${right},${bottom},${left},${bottom},word\n`
    await writeFile(join(folder, `gt_${name}.txt`), words)
  }
  set = await openPhotographs({ path: folder, weight: 1 })
})

const source = (changes: object = {}, split: 'train' | 'validation' = 'train') =>
  new FinderSource({ settings: { ...settings, ...changes }, sets: [set], split })

test('a batch is the same whatever was cut before, and in any number of processes', { timeout: 60_000 }, async () => {
  const alone = await source().render(5)
  const other = source()
  await other.render(2)
  expect(await other.render(5)).toEqual(alone)
  expect(await source().render(6)).not.toEqual(alone)
  expect(await source({ seed: 9 }).render(5)).not.toEqual(alone)
  const batches = openFinderBatches({
    sources: [{ path: folder, weight: 1 }],
    pages: null,
    settings,
    firstBatch: 4,
    workers: 2,
    queue: 2,
  })
  expect((await batches.next()).index).toBe(4)
  expect(await batches.next()).toEqual(alone)
  await batches.close()
})

/** Mean brightness where kernels are, and elsewhere. */
function brightness({ size, cropSize, images, kernels }: FinderBatch) {
  const [inside, outside]: [number[], number[]] = [[], []]
  const side = cropSize / 4
  for (let place = 0; place < size * side * side; place++) {
    const crop = Math.floor(place / (side * side))
    const [row, column] = [Math.floor((place % (side * side)) / side), place % side]
    const pixel = 3 * ((crop * cropSize + 4 * row + 2) * cropSize + 4 * column + 2)
    ;(kernels[place] === KERNEL_PLACE ? inside : outside).push(images[pixel]!)
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  return { inside: mean(inside), outside: mean(outside), share: inside.length / kernels.length }
}

test('kernels lie where the words are, however a crop is turned and scaled', async () => {
  const validation = await source({ batchSize: 16 }, 'validation').render(0)
  const { inside, outside } = brightness(validation)
  expect(inside).toBeGreaterThan(250)
  expect(outside).toBeLessThan(60)
  expect(validation.words).toBeGreaterThan(8)
  // In training colours change, and are inverted now and then.
  const crops = await source({ batchSize: 1, cropsOfOne: 1 })
  let apart = 0
  for (let index = 0; index < 40; index++) {
    const found = brightness(await crops.render(index))
    if (found.share > 0 && Math.abs(found.inside - found.outside) > 20) apart++
  }
  expect(apart).toBeGreaterThan(25)
})

test('training and validation see their own photographs', async () => {
  const dark = ({ images }: FinderBatch) => images.filter((value) => value < 4).length / images.length
  expect(dark(await source({}, 'validation').render(1))).toBeGreaterThan(0.5)
  const none = { ...set, photographs: set.photographs.filter(({ isValidation }) => isValidation) }
  expect(() => new FinderSource({ settings, sets: [none], split: 'train' })).toThrow(/no photographs for training/)
})

test('a photograph that cannot be read is named, and another takes its place', async () => {
  const broken = { ...set, photographs: [{ path: join(folder, 'none.png'), isValidation: false }] }
  const mixed = new FinderSource({ settings, sets: [set, { ...broken, weight: 8 }], split: 'train' })
  const { skipped } = await mixed.render(0)
  expect(skipped.length).toBeGreaterThan(0)
  expect(skipped[0]).toMatch(/gt_none.txt: no such file/)
  await expect(new FinderSource({ settings, sets: [broken], split: 'train' }).render(0)).rejects.toThrow(
    /not one of 20 photographs can be read: .*none/,
  )
})

test('synthetic pages come from their seeds, in their share', async () => {
  const seeds: number[] = []
  const page = { width: 100, height: 100, data: new Uint8Array(30_000).fill(77) }
  const pages = async (seed: number) => {
    seeds.push(seed)
    return { image: page, words: [] }
  }
  const all = new FinderSource({ settings: { ...settings, pageShare: 1 }, sets: [], pages, split: 'train' })
  await all.render(3)
  expect(new Set(seeds).size).toBe(2)
  expect(() => source({ pageShare: 0.5 })).toThrow(/data.pageShare: nothing draws synthetic pages here/)
})
