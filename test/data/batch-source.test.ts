/** Batches of synthetic words by shape: forms, shows, crops without a word. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createCharset, decodeIds, END } from '../../src/charset.ts'
import { defaultFonts } from '../../src/cli/synth-material.ts'
import { BatchSource } from '../../src/data/batch-source.ts'
import type { BatchSettings, TrainingBatch } from '../../src/data/batches.ts'
import { canHide } from '../../src/data/hide-letter.ts'
import type { BatchPart } from '../../src/data/worker-stream.ts'
import { UNKNOWN_EDGE } from '../../src/model/outline-guidance.ts'
import { createSynthesizer, type Synthesizer } from '../../src/synth/synthesizer.ts'
import { cut } from '../../src/train/task.ts'

const settings: BatchSettings = {
  batchSize: 8,
  replicas: 2,
  lengths: [8, 14, 33],
  lengthBalance: 0.5,
  joinShare: 0,
  furtherCharacters: ' ',
  realShare: 0,
  nothingShare: 0.2,
  hiddenShare: 0,
  shows: 2,
  seed: 5,
  stepsPerRun: 1,
  controlPoints: 4,
  imageHeight: 64,
  imageWidth: 256,
  textWidth: 128,
  textWidths: [64, 128, 384],
}
/** Batches between two shows of a word. */
const APART = 24

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Int32Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength)
const charset = createCharset(' ')
const texts = ({ size, length, targets }: TrainingBatch) =>
  Array.from({ length: size }, (_, word) => decodeIds(targets.subarray(word * length, (word + 1) * length), charset))

describe('synthetic words by shape', () => {
  let synthesizer: Synthesizer
  const open = (changes: Partial<BatchSettings> = {}, part?: BatchPart) => {
    const parts = { datasets: [], synthesizer, cacheBytes: 0, workers: 1, part }
    return BatchSource.open({ settings: { ...settings, ...changes }, ...parts })
  }
  const batches: TrainingBatch[] = []
  beforeAll(async () => {
    synthesizer = await createSynthesizer({ fontFolder: defaultFonts() })
    const source = await open()
    for (let index = 0; index < 2 * APART; index++) batches.push(await source.render(index))
  })

  test('a batch has one width, a length with room in it, and fewer words where it is wide', () => {
    expect(new Set(batches.map(({ imageWidth }) => imageWidth))).toEqual(new Set([128, 256, 768]))
    for (const { imageWidth, length, size, images, targets } of batches) {
      const positions = imageWidth / 8
      expect(images).toHaveLength(size * 64 * imageWidth * 3)
      expect(targets).toHaveLength(size * length)
      expect(size).toBe(imageWidth === 768 ? 4 : 8)
      if (imageWidth < 768) expect(length * 1.7).toBeLessThanOrEqual(positions)
    }
    for (const { size, length, targets } of batches)
      for (let word = 0; word < size; word++)
        expect(targets.subarray(word * length, (word + 1) * length)).toContain(END)
  })

  test('each word is shown again, by another camera, and is the same whatever was rendered before', async () => {
    const later = batches.slice(APART)
    for (const [index, batch] of later.entries()) {
      expect(texts(batch)).toEqual(texts(batches[index]!))
      expect(batch.imageWidth).toBe(batches[index]!.imageWidth)
      expect(batch.images).not.toEqual(batches[index]!.images)
    }
    const fresh = await open()
    expect(await fresh.render(APART + 3)).toEqual(batches[APART + 3])
  })

  test('some crops hold no word, and have neither places nor edges', () => {
    const all = batches.flatMap(texts)
    const empty = all.filter((text) => text === '').length
    // A fifth, five deviations either way.
    expect(Math.abs(empty / all.length - 0.2)).toBeLessThan(5 * Math.sqrt(0.16 / all.length))
    for (const batch of batches)
      for (const [word, text] of texts(batch).entries())
        if (text === '')
          expect(batch.outlines.subarray(word * 8, (word + 1) * 8)).toEqual(new Float32Array(8).fill(UNKNOWN_EDGE))
  })

  test('a letter is hidden in a share of the words, and of no numbers or codes; the others are as they were', async () => {
    const [some, all] = [await open({ hiddenShare: 0.3 }), await open({ hiddenShare: 1 })]
    const counts = { may: 0, all: 0, some: 0 }
    for (let index = 0; index < 16; index++) {
      const plain = batches[index]!
      const [few, many] = [await some.render(index), await all.render(index)]
      expect(texts(many)).toEqual(texts(plain))
      for (const [word, text] of texts(plain).entries()) {
        const crop = ({ images, size }: TrainingBatch) => Buffer.from(cut(images, word, size))
        const isChanged = (batch: TrainingBatch) => Buffer.compare(crop(batch), crop(plain)) !== 0
        if (!canHide(text)) expect(isChanged(many)).toBe(false)
        counts.may += canHide(text) ? 1 : 0
        counts.all += isChanged(many) ? 1 : 0
        counts.some += isChanged(few) ? 1 : 0
      }
    }
    expect(counts.may).toBeGreaterThan(20)
    // Where nothing but ground is hidden nothing changes.
    expect(counts.all / counts.may).toBeGreaterThan(0.8)
    expect(Math.abs(counts.some / counts.all - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / counts.all))
  })

  test('parts of a batch, each rendered alone, are the batch', async () => {
    const parts = await Promise.all([0, 1].map((place) => open({}, { place, count: 2 })))
    // Words are shown again in the second half.
    for (const index of [0, 1, 2, APART, APART + 2]) {
      const whole = batches[index]!
      const halves = [await parts[0]!.render(index), await parts[1]!.render(index)]
      for (const [place, half] of halves.entries()) {
        const { size, length, imageWidth } = half
        expect([2 * size, length, imageWidth]).toEqual([whole.size, whole.length, whole.imageWidth])
        for (const name of ['images', 'targets', 'characterMap', 'outlines'] as const)
          expect(Buffer.compare(bytesOf(half[name]), bytesOf(cut(whole[name], place, 2)))).toBe(0)
      }
    }
  })

  test('steps of one run have one form', async () => {
    const source = await open({ stepsPerRun: 3 })
    for (let run = 0; run < 4; run++) {
      const steps = [await source.render(3 * run), await source.render(3 * run + 1), await source.render(3 * run + 2)]
      expect(new Set(steps.map(({ imageWidth, length, size }) => `${imageWidth}x${length}x${size}`)).size).toBe(1)
      expect(steps[1]!.images).not.toEqual(steps[0]!.images)
    }
  })
})
