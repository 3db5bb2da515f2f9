/** Steps taken together inside the runtime equal steps taken one by one. */
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { initialState, NonFiniteLossError, train } from '../../src/train/loop.ts'
import { ManySteps } from '../../src/train/many-steps.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomBatches } from './random-batches.ts'

const signal = new AbortController().signal

async function run(stepsPerRun: number | null, changes: Record<string, unknown> = {}) {
  const preset = miniPreset({ weightDecay: 0.01, outlineWeight: 2, ...changes, ...(stepsPerRun && { stepsPerRun }) })
  const model = new TrainingStep(preset, runtime)
  const manySteps = stepsPerRun === null ? null : new ManySteps(preset, model, runtime)
  const state = initialState(model, 1)
  const reports: { step: number; loss: number; ctcLoss: number; norm: number; rate: number }[] = []
  await train({
    model,
    preset,
    batches: randomBatches(preset.model),
    state,
    signal,
    ...(manySteps && { manySteps }),
    onStep: ({ step, loss, ctcLoss, norm, rate }) => void reports.push({ step, loss, ctcLoss, norm, rate }),
  })
  await manySteps?.dispose()
  await model.dispose()
  return { state, reports }
}

const optimizers = ['adam', 'muon']

test.each(optimizers)(
  '%s: three steps a run, the last run shorter, equal one step a run, bit for bit',
  async (optimizer) => {
    const [single, grouped] = [await run(1, { ctcWeight: 1, optimizer }), await run(3, { ctcWeight: 1, optimizer })]
    expect(grouped.reports).toEqual(single.reports)
    expect(grouped.reports.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(grouped.state).toEqual(single.state)
    expect(single.reports.every(({ ctcLoss }) => ctcLoss > 0)).toBe(true)
  },
)

test.each(optimizers)('%s: the graph computes what JavaScript does, up to rounding', async (optimizer) => {
  const [host, device] = [await run(null, { optimizer }), await run(4, { optimizer })]
  for (const [index, { loss, rate }] of device.reports.entries()) {
    expect(loss).toBeCloseTo(host.reports[index]!.loss, 2)
    expect(rate).toBe(host.reports[index]!.rate)
  }
  // Where a gradient is nothing but rounding, Adam steps by its sign: single weights may part, their mean may not.
  const apart = device.state.weights.reduce(
    (total, value, index) => total + Math.abs(value - host.state.weights[index]!),
    0,
  )
  expect(apart / device.state.weights.length).toBeLessThan(2e-5)
  // The first step alone has no history to drift in.
  const [one, same] = [await run(null, { steps: 1, optimizer }), await run(1, { steps: 1, optimizer })]
  for (const name of ['weights', 'moment1', 'average', 'averageStatistics'] as const) {
    const apart = Math.max(...one.state[name].map((value, index) => Math.abs(value - same.state[name][index]!)))
    expect(apart, name).toBeLessThan(1e-5)
  }
})

test('a loss that is not finite ends the group and leaves the state before it', async () => {
  const preset = miniPreset({ stepsPerRun: 4 })
  const model = new TrainingStep(preset, runtime)
  const manySteps = new ManySteps(preset, model, runtime)
  const state = initialState(model, 1)
  state.weights.fill(Number.NaN)
  const before = state.weights.slice()
  const batches = randomBatches(preset.model)
  const ended = train({ model, manySteps, preset, batches, state, signal, onStep: () => {} })
  await expect(ended).rejects.toThrow(NonFiniteLossError)
  await expect(ended).rejects.toThrow(/at step 1, batch 0/)
  expect(state.weights).toEqual(before)
  expect(state.step).toBe(0)
  await manySteps.dispose()
  await model.dispose()
})

test('a loss that is not finite in the middle of a group leaves the state of the steps before it', async () => {
  const preset = miniPreset({ stepsPerRun: 4, outlineWeight: 2 })
  const model = new TrainingStep(preset, runtime)
  const manySteps = new ManySteps(preset, model, runtime)
  const made = randomBatches(preset.model)
  const spoiled = {
    async next() {
      const batch = await made.next()
      return batch.index === 2 ? { ...batch, outlines: batch.outlines.slice().fill(Number.NaN) } : batch
    },
  }
  const state = initialState(model, 1)
  const ended = train({ model, manySteps, preset, batches: spoiled, state, signal, onStep: () => {} })
  await expect(ended).rejects.toThrow(/at step 3, batch 2/)
  const expected = initialState(model, 1)
  const twoSteps = { ...preset, training: { ...preset.training, stepsPerRun: 2 } }
  const stop = new AbortController()
  const pairs = new ManySteps(twoSteps, model, runtime)
  await train({
    model,
    manySteps: pairs,
    preset: twoSteps,
    batches: randomBatches(preset.model),
    state: expected,
    signal: stop.signal,
    onStep: () => stop.abort(),
  })
  expect(state).toEqual(expected)
  expect(state.step).toBe(2)
  await pairs.dispose()
  await manySteps.dispose()
  await model.dispose()
})

test('a device without memory, or no device at all, says what to do', async () => {
  const preset = miniPreset({ stepsPerRun: 2 })
  const model = new TrainingStep(preset, runtime)
  const state = initialState(model, 1)
  const failing = (message: string) => {
    const InferenceSession = { create: () => Promise.reject(new Error(message)) }
    return new ManySteps(preset, model, { ...runtime, InferenceSession } as never, { provider: 'cuda' })
  }
  const batch = await randomBatches(preset.model).next()
  await expect(failing('CUDA failure 2: out of memory').advance(state, [batch])).rejects.toThrow(
    /too little memory for batches of 4: try --set training.batchSize=2/,
  )
  await expect(failing('no available backend found').advance(state, [batch])).rejects.toThrow(/cannot use cuda here/)
  await model.dispose()
})
