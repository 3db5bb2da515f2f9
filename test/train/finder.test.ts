/** A finder on the trainer: it learns pictures by heart, and a stopped run goes on bit for bit. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { type FinderPreset, finderPresetSettings, parseAnyPreset } from '../../src/config.ts'
import { validateFinder } from '../../src/evaluate/validate-finder.ts'
import { openFinder } from '../../src/model/finder-file.ts'
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.ts'
import { initialState, train } from '../../src/train/loop.ts'
import { ManySteps } from '../../src/train/many-steps.ts'
import { openTrainingStep } from '../../src/train/replicated-step.ts'
import { exportWeights } from '../../src/train/run-folder.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { drawnBatch, drawnBatches, miniFinder } from '../mini-finder.ts'

const { signal } = new AbortController()

describe.each(['focal', 'mined'])('loss %s', (kernelLoss) => {
  test('two pictures are learned by heart', { timeout: 60_000 }, async () => {
    const preset = miniFinder({ kernelLoss, steps: 150, warmup: 10, averageDecay: 0 })
    const model = new TrainingStep(preset, runtime, { threads: 1 })
    const state = initialState(model, 1)
    const losses: { kernelLoss: number; diceLoss: number; distanceLoss: number }[] = []
    const batches = { next: async () => drawnBatch(0) }
    await train({ model, preset, batches, state, signal, onStep: (report) => void losses.push(report) })
    await model.dispose()
    const last = losses.at(-1)!
    expect(losses[0]!.kernelLoss).toBeGreaterThan(1)
    expect(last.kernelLoss).toBeLessThan(0.03)
    expect(last.diceLoss).toBeLessThan(0.05)
    expect(last.distanceLoss).toBeLessThan(0.05)
    // And so says the network that whoever finds words will run.
    const found = await validateFinder(exportWeights(preset, model, state), [drawnBatch(0)])
    expect(found.words).toBe(2)
    expect(found.accuracy).toBeGreaterThan(0.98)
    expect(found.distanceError).toBeLessThan(0.1)
  })
})

test('weights say how they came about, and are in 16 bits', async () => {
  const preset = miniFinder()
  const model = new TrainingStep(preset, runtime)
  const state = initialState(model, 1)
  const bytes = exportWeights(preset, model, { ...state, step: 5, samples: 10 })
  const file = openFinder(bytes)
  expect(file.settings).toEqual(preset.model)
  expect(file.provenance).toMatchObject({ steps: '5', crops: '10' })
  expect(file.weights.get('head.bias')!.data[0]).toBeCloseTo(Math.log(0.01 / 0.99), 1)
  expect(bytes.length).toBeLessThan(2.5 * (model.parameterCount + model.statisticCount) + 10_000)
})

/** Losses of all steps and the state after them, stopped after a step and resumed from its checkpoint. */
async function run(preset: FinderPreset, stopAt?: number) {
  const model = new TrainingStep(preset, runtime, { threads: 1 })
  const losses: number[] = []
  const onStep = ({ loss }: { loss: number }) => void losses.push(loss)
  const state = initialState(model, 1)
  const stop = new AbortController()
  const first = (report: { loss: number; step: number }) => {
    onStep(report)
    if (report.step === stopAt) stop.abort()
  }
  await train({ model, preset, batches: drawnBatches(), state, signal: stop.signal, onStep: first })
  if (stopAt === undefined) return { losses, state }
  const path = join(await mkdtemp(join(tmpdir(), 'safl-')), 'checkpoint.safetensors')
  await saveCheckpoint(path, state, preset)
  const saved = await loadCheckpoint(path, (settings) => finderPresetSettings.parse(settings))
  expect(saved.preset).toEqual(preset)
  expect((await loadCheckpoint(path, parseAnyPreset)).preset).toEqual(preset)
  await expect(loadCheckpoint(path)).rejects.toThrow(/no checkpoint to resume from/)
  const batches = drawnBatches(saved.state.step)
  await train({ model, preset: saved.preset, batches, state: saved.state, signal, onStep })
  await model.dispose()
  return { losses, state: saved.state }
}

test.each([
  { optimizer: 'muon', schedule: 'constant' },
  { optimizer: 'adam', schedule: 'decay', decayFrom: 3 },
])('%o: stopped, saved and resumed: the same losses and weights', async (training) => {
  const preset = miniFinder(training)
  const whole = await run(preset)
  expect(whole.losses).toHaveLength(8)
  for (const stopAt of [1, 5]) expect(await run(preset, stopAt)).toEqual(whole)
})

test('three steps a run of the runtime equal one, bit for bit', async () => {
  const grouped = async (stepsPerRun: number) => {
    const preset = miniFinder({ stepsPerRun })
    const model = new TrainingStep(preset, runtime)
    const manySteps = new ManySteps(preset, model, runtime)
    const state = initialState(model, 1)
    const losses: number[] = []
    const onStep = ({ distanceLoss }: { distanceLoss: number }) => void losses.push(distanceLoss)
    await train({ model, manySteps, preset, batches: drawnBatches(), state, signal, onStep })
    await manySteps.dispose()
    return { state, losses }
  }
  expect(await grouped(3)).toEqual(await grouped(1))
})

test('replicas: the means of the parts', { timeout: 60_000 }, async () => {
  const preset = miniFinder({ replicas: 2 })
  const alone = new TrainingStep(preset, runtime, { threads: 1 })
  const replicated = openTrainingStep(preset, 2)
  const state = alone.initialState(1)
  const batch = drawnBatch(3)
  const whole = await replicated.run({ ...state, batch, step: 1 })
  const parts = []
  for (const place of [0, 1]) {
    const result = await alone.run({ ...state, batch: alone.task.part(batch, place, 2), step: 1 })
    parts.push({ ...result, gradient: result.gradient.slice() })
  }
  const [first, second] = parts
  for (const name of ['loss', 'kernelLoss', 'diceLoss', 'distanceLoss'] as const) {
    expect(first![name]).not.toBe(second![name])
    expect(whole[name]).toBe((first![name] + second![name]) / 2)
  }
  expect(whole.gradient).toEqual(
    first!.gradient.map((value, index) => Math.fround(value + second!.gradient[index]!) / 2),
  )
  await replicated.dispose()
  await alone.dispose()
})
