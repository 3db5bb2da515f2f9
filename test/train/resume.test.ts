/** A run that is stopped and resumed computes what an uninterrupted one does, bit for bit. */
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import type { Preset } from '../../src/config.ts'
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.ts'
import { initialState, NonFiniteLossError, train } from '../../src/train/loop.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { familyNames, miniFamily } from '../mini-family.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomBatches } from './random-batches.ts'

const preset = miniPreset()

const batchesFrom = (first: number) => randomBatches(preset.model, first)

test.each(familyNames.slice(0, 4))(
  '%s: stopped, saved, loaded and resumed: the same losses and weights',
  async (name) => {
    await expectSameWhenResumed(miniFamily(name, { optimizer: 'muon', ctcWeight: 0.2, outlineWeight: 1 }), [4])
  },
)

test.each([
  { optimizer: 'adam' },
  { optimizer: 'muon' },
  { optimizer: 'muon', schedule: 'constant' },
  { optimizer: 'muon', schedule: 'decay', decayFrom: 3 },
  { optimizer: 'muon', accumulate: 3 },
])('%o: stopped after any step, saved, loaded and resumed: the same losses and weights', async (training) => {
  await expectSameWhenResumed(miniPreset(training), [1, 4, 7])
})

async function expectSameWhenResumed(preset: Preset, stops: readonly number[]): Promise<void> {
  const model = new TrainingStep(preset, runtime, { threads: 1 })
  const losses: number[] = []
  const whole = initialState(model, 1)
  const signal = new AbortController().signal
  await train({
    model,
    preset,
    batches: randomBatches(preset.model),
    state: whole,
    signal,
    onStep: ({ loss }) => void losses.push(loss),
  })
  expect(losses).toHaveLength(8)
  const folder = await mkdtemp(join(tmpdir(), 'safl-'))
  const path = join(folder, 'checkpoint.safetensors')
  for (const stopAt of stops) {
    const again: number[] = []
    const stop = new AbortController()
    const first = initialState(model, 1)
    await train({
      model,
      preset,
      batches: randomBatches(preset.model),
      state: first,
      signal: stop.signal,
      onStep: ({ loss, step }) => {
        again.push(loss)
        if (step === stopAt) stop.abort()
      },
    })
    await saveCheckpoint(path, first, preset)
    const { state, preset: saved } = await loadCheckpoint(path)
    expect(saved).toEqual(preset)
    await train({
      model,
      preset: saved,
      batches: randomBatches(preset.model, state.step * preset.training.accumulate),
      state,
      signal,
      onStep: ({ loss }) => void again.push(loss),
    })
    expect(again).toEqual(losses)
    expect(state.weights).toEqual(whole.weights)
    expect(state.averageStatistics).toEqual(whole.averageStatistics)
  }
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors'])
  await model.dispose()
}

test('dropout draws other masks at another step', async () => {
  const model = new TrainingStep(preset, runtime)
  const state = model.initialState(1)
  const loss = async (step: number) => (await model.run({ ...state, batch: await batchesFrom(0).next(), step })).loss
  expect(await loss(1)).toBe(await loss(1))
  expect(await loss(2)).not.toBe(await loss(1))
  await model.dispose()
})

test('a loss that is not finite stops the run and leaves the state as it was', async () => {
  const model = new TrainingStep(preset, runtime)
  const state = initialState(model, 1)
  state.weights.fill(Number.NaN)
  const before = state.weights.slice()
  const run = train({
    model,
    preset,
    batches: batchesFrom(0),
    state,
    signal: new AbortController().signal,
    onStep: () => {},
  })
  await expect(run).rejects.toThrow(NonFiniteLossError)
  expect(state.weights).toEqual(before)
  expect(state.step).toBe(0)
  await model.dispose()
})

test('a damaged checkpoint is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'safl-'))
  await expect(loadCheckpoint(join(folder, 'none.safetensors'))).rejects.toThrow(/none.safetensors: no checkpoint/)
})
