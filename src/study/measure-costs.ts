/** What each arm's model costs: its size, its arithmetic, and its times, all measured in one process, in turn. (Node) */
import { availableParallelism, cpus } from 'node:os'
import * as runtime from 'onnxruntime-node'
import { z } from 'zod'
import type { Preset } from '../config.ts'
import type { RgbImage } from '../image/image.ts'
import { readingSize } from '../model/arithmetic.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { countOperations } from '../tensor/index.ts'
import { initialState } from '../train/loop.ts'
import { madeBatch } from '../train/made-batch.ts'
import { openTrainingStep } from '../train/replicated-step.ts'
import { trainingGraph } from '../train/training-graph.ts'
import { wordTask } from '../train/word-task.ts'
import type { StudyArm } from './plan.ts'

/** Steps of training that are measured after those that do not count, and their decoder length. */
const [FIRST_STEPS, STEPS, LENGTH] = [2, 5, 8]
/** How often all words are read; the first time, in which sessions settle, does not count. */
const ROUNDS = 4

const armCost = z.object({
  arm: z.string(),
  /** Of what reads: without the heads that training alone has. */
  parameters: z.int(),
  /** Floating-point operations of a word of the model's plain width and seven characters, read, and in a training step. */
  readOperations: z.number(),
  trainOperations: z.number(),
  /** Of the step alone: batches are there already. */
  trainWordsPerSecond: z.number(),
  /** One word at a time, one look: median of the rounds. */
  readMilliseconds: z.number(),
})
export type ArmCost = z.output<typeof armCost>

export const studyCosts = z.object({ machine: z.string(), words: z.int(), arms: z.array(armCost) })
export type StudyCosts = z.output<typeof studyCosts>

/** An arm that has been trained. */
export interface TrainedArm {
  readonly arm: StudyArm
  readonly preset: Preset
  readonly weights: Uint8Array
}

export interface MeasureOptions {
  /** What is read to measure times. */
  readonly images: readonly RgbImage[]
  /** Threads of the runtime; all cores when absent. */
  readonly threads?: number | undefined
  readonly signal: AbortSignal
}

/** Null where the signal came before all was measured. */
export async function measureCosts(
  trained: readonly TrainedArm[],
  { images, threads, signal }: MeasureOptions,
): Promise<StudyCosts | null> {
  const milliseconds = await measureReading(trained, { images, threads, signal })
  const arms: ArmCost[] = []
  for (const [place, { arm, preset }] of trained.entries()) {
    if (signal.aborted) return null
    const { parameters, operations } = readingSize(preset.model, {
      ctc: preset.training.ctcWeight > 0,
      decoder: arm.decoder !== 'ctc',
    })
    arms.push({
      arm: arm.name,
      parameters,
      readOperations: operations,
      trainOperations: trainingOperations(preset),
      trainWordsPerSecond: await measureTraining(preset, threads),
      readMilliseconds: milliseconds[place]!,
    })
  }
  const machine = `${threads ?? availableParallelism()} threads, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`
  return { machine, words: images.length, arms }
}

/** Without the optimizer's, which do not grow with the words. */
function trainingOperations(preset: Preset): number {
  const task = wordTask(preset)
  const size = preset.training.batchSize
  return countOperations(trainingGraph(task, task.feeds(madeBatch(preset, { size, length: LENGTH }), 1))) / size
}

/** Words a second of a step: forward, backward, the optimizer. */
async function measureTraining(preset: Preset, threads: number | undefined): Promise<number> {
  const model = openTrainingStep(preset, threads)
  try {
    const state = initialState(model, 1)
    const batch = madeBatch(preset, { size: preset.training.batchSize, length: LENGTH })
    const times: number[] = []
    for (let step = 1; step <= FIRST_STEPS + STEPS; step++) {
      const started = performance.now()
      const { gradient, statistics } = await model.run({ ...state, batch, step })
      await model.update(state, gradient, { step, rate: 1e-4 })
      state.statistics.set(statistics)
      if (step > FIRST_STEPS) times.push(performance.now() - started)
    }
    return (1000 * batch.size) / median(times)
  } finally {
    await model.dispose()
  }
}

/** Milliseconds a word of each arm: all read the same words, one at a time, and take turns. */
async function measureReading(
  trained: readonly TrainedArm[],
  { images, threads, signal }: MeasureOptions,
): Promise<number[]> {
  const recognizers: SceneTextRecognizer[] = []
  try {
    for (const { arm, weights } of trained) {
      const options = { ...(threads !== undefined && { threads }), ...(arm.decoder && { decoder: arm.decoder }) }
      recognizers.push(await SceneTextRecognizer.create(weights, runtime, options))
    }
    const times: number[][] = recognizers.map(() => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [place, recognizer] of recognizers.entries()) {
        if (signal.aborted) return []
        const started = performance.now()
        for (const image of images) await recognizer.recognizeImages([image], { secondLook: false })
        if (round > 0) times[place]!.push((performance.now() - started) / images.length)
      }
    }
    return times.map(median)
  } finally {
    for (const recognizer of recognizers) await recognizer.dispose()
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
