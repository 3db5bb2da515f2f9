/** A model that cannot learn eight words by heart cannot learn anything. */
import { existsSync } from 'node:fs'
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { END, encodeText, PADDING } from '../../src/charset.ts'
import { openDataset } from '../../src/data/dataset.ts'
import { resize } from '../../src/image/resize.ts'
import { loadPreset } from '../../src/presets/index.ts'
import { decoders } from '../../src/recognize/reading-options.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { initialState, train } from '../../src/train/loop.ts'
import { TrainingStep } from '../../src/train/training-step.ts'

const labels = '../shared/data/icdar2015/train/gt.txt'

/** What each takes; guidance, which makes them quicker, is left out. */
const takes = [
  { name: 'tiny', training: { optimizer: 'adam', steps: 220, learningRate: 0.001 } },
  { name: 'satrn-tiny', training: { optimizer: 'adam', steps: 450, learningRate: 0.002 } },
  { name: 'rare-tiny', training: { optimizer: 'muon', steps: 600, learningRate: 0.005 } },
] as const

test.skipIf(!existsSync(labels)).each(takes)(
  '$name: eight real crops are overfitted to 100 %, with decoder and without',
  { timeout: 1_800_000 },
  async ({ name, training }) => {
    const preset = loadPreset(name)
    // Running statistics lag behind a run this short: the learning rate falls to nothing so that they catch up.
    Object.assign(preset.training, { ...training, warmup: 20, averageDecay: 0 })
    Object.assign(preset.training, { columnWeight: 0, outlineWeight: 0, ctcWeight: 0.5 })
    // One batch, hence one width.
    Object.assign(preset.model, { textWidths: [] })
    const dataset = await openDataset({ kind: 'icdar', path: labels })
    const words = await Promise.all(
      [6, 7, 8, 9, 11, 12, 13, 14].map(async (index) => ({ index, text: await dataset.label(index) })),
    )
    const crops = await Promise.all(words.map(({ index }) => dataset.image(index)))
    const length = Math.max(...words.map(({ text }) => text.length)) + 1
    const { imageHeight, imageWidth } = preset.model
    const images = new Uint8Array(8 * imageHeight * imageWidth * 3)
    const targets = new Int32Array(8 * length).fill(PADDING)
    for (const [place, { text }] of words.entries()) {
      images.set(resize(crops[place]!, imageWidth, imageHeight).data, place * imageHeight * imageWidth * 3)
      targets.set([...encodeText(text), END], place * length)
    }
    const batch = {
      index: 0,
      size: 8,
      length,
      imageWidth,
      images,
      targets,
      characterMap: new Uint8Array(0),
      outlines: new Float32Array(0),
      skipped: [],
    }
    const model = new TrainingStep(preset, runtime)
    const state = initialState(model, 1)
    await train({
      model,
      preset,
      batches: { next: async () => batch },
      state,
      onStep: () => {},
      signal: new AbortController().signal,
    })
    await model.dispose()
    const weights = model.namedTensors(state.weights, state.statistics)
    for (const decoder of decoders) {
      const file = { settings: preset.model, weights, provenance: {} }
      const recognizer = await SceneTextRecognizer.create(file, runtime, { decoder })
      const read = await recognizer.recognizeImages(crops)
      await recognizer.dispose()
      expect(read.map(({ text }) => text)).toEqual(words.map(({ text }) => text))
    }
  },
)
