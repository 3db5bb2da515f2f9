/** What `safl train` does from the first step to the last, whatever it trains. */
import * as runtime from 'onnxruntime-node'
import type { AnyPreset } from '../config.ts'
import type { WorkerStream } from '../data/worker-stream.ts'
import { threadsOf } from '../recognize/threads.ts'
import { agree, keepTogether } from '../train/agreement.ts'
import type { TrainingState } from '../train/checkpoint.ts'
import { openDistributedStep } from '../train/distributed-step.ts'
import type { FinderValidation, ValidationRecord } from '../train/log-record.ts'
import { train } from '../train/loop.ts'
import { ManySteps } from '../train/many-steps.ts'
import { Pace } from '../train/pace.ts'
import { openTrainingStep } from '../train/replicated-step.ts'
import { exportWeights, type RunFolder } from '../train/run-folder.ts'
import type { BatchOf } from '../train/tasks.ts'
import { TrainingStep } from '../train/training-step.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { Progress } from './train-progress.ts'
import { isLeading, type Ranks } from './train-ranks.ts'

/** Options of either task. */
export interface RunOptions {
  readonly run: string
  readonly set: readonly string[]
  readonly workers: number
  readonly device: 'cpu' | 'cuda'
  readonly distributed?: 'mpi'
  readonly threads?: number
  readonly minutes?: number
  readonly finishIn?: number
  readonly weights?: string
  readonly resume?: boolean
  readonly changeSources?: boolean
  readonly branch?: string
  readonly steps?: number
}

/** Steps of a branch whose length follows its speed: so many that the rate hardly falls before the speed is known. */
export const STEPS_UNTIL_PACED = 1_000_000

export interface TrainingRun<P extends AnyPreset> {
  readonly folder: RunFolder
  readonly preset: P
  readonly state: TrainingState
  readonly model: TrainingStep<P>
  readonly manySteps: ManySteps<P> | null
  readonly ranks: Ranks
  /** Closed at the end. */
  readonly batches: WorkerStream<BatchOf<P>>
  /** What weights are worth, for the log and in a line for people; null where there is nothing to compare. */
  readonly validate:
    | ((weights: Uint8Array) => Promise<{ record: ValidationRecord | FinderValidation; line: string }>)
    | null
  /** Saves and ends after this time. */
  readonly minutes?: number | undefined
  /** Comes to the schedule's end after this time, minutes. */
  readonly finishIn?: number | undefined
}

/** What computes the steps of a training. */
export type TrainingSessions<P extends AnyPreset> = Pick<TrainingRun<P>, 'model' | 'manySteps' | 'ranks'>

/** Opens what computes the steps, on the device that is asked for, and frees it when the work is done. */
export async function withSessions<P extends AnyPreset>(
  preset: P,
  options: Pick<RunOptions, 'device' | 'threads'> & { readonly ranks: Ranks },
  work: (sessions: TrainingSessions<P>) => Promise<void>,
): Promise<void> {
  const threads = options.threads === undefined ? {} : threadsOf(options)
  const { ranks } = options
  const inGroups = options.device === 'cuda' || preset.training.stepsPerRun > 1
  if (options.device === 'cuda' && preset.training.accumulate > 1)
    throw new Error(
      '--device cuda: training.accumulate is for CPUs; give --set training.accumulate=1, and a larger training.batchSize',
    )
  if (ranks && inGroups)
    throw new Error(
      '--distributed mpi: ranks meet after every step, on CPUs; leave --device cuda out, or --set training.stepsPerRun=1',
    )
  const model = ranks
    ? openDistributedStep(preset, { communicator: ranks, ...threads })
    : inGroups
      ? new TrainingStep(preset, runtime, threads)
      : openTrainingStep(preset, threads.threads)
  const provider = options.device === 'cuda' ? { provider: options.device } : {}
  const manySteps = inGroups ? new ManySteps(preset, model, runtime, { ...threads, ...provider }) : null
  try {
    await work({ model, manySteps, ranks })
  } finally {
    await manySteps?.dispose()
    await model.dispose()
  }
}

/** Trains until the last step, the time or a signal, and saves. */
export async function runTraining<P extends AnyPreset>(run: TrainingRun<P>): Promise<void> {
  const { folder, preset, state, model, manySteps, ranks, batches, validate, minutes, finishIn } = run
  const { training } = preset
  const leads = isLeading(ranks)
  const asked = ranks
    ? // mpirun hands SIGUSR2 on to all ranks, and ends nobody; it sends SIGTERM to those that are left when one has died.
      stopOnSignal('saving after this step, if all ranks take it', { further: ['SIGUSR2'], silent: !leads })
    : stopOnSignal('saving after this step')
  // Ranks stop after the same step.
  const stop = ranks ? new AbortController() : asked
  const progress = leads ? new Progress(preset, state, () => batches.waited) : null
  const started = performance.now()
  const before = state.seconds
  const pace = finishIn === undefined ? null : new Pace(finishIn * 60)
  let lastSave = started
  try {
    await train<P>({
      model,
      ...(manySteps && { manySteps }),
      preset,
      batches,
      ranks: ranks?.size ?? 1,
      state,
      signal: stop.signal,
      onStep: async (report) => {
        const elapsed = (performance.now() - started) / 1000
        state.seconds = before + elapsed
        if (pace && report.step === state.step) training.steps = pace.steps(report.step, elapsed) ?? training.steps
        const whose = ranks ? `rank ${ranks.rank}: ` : ''
        for (const { skipped } of report.batches)
          for (const problem of skipped) console.error(`\nsafl: ${whose}left out: ${problem}`)
        const line = progress?.add(report)
        if (line) await folder.log(line)
        const isDue = report.step % training.validationSteps === 0 || report.step === training.steps
        if (validate && isDue) {
          const weights = exportWeights(preset, model, state)
          const found = await validate(weights)
          await folder.validated(found.record, weights)
          progress?.say(found.line)
        }
        const now = performance.now()
        if (minutes !== undefined && now - started > minutes * 60_000) asked.abort()
        if (leads && now - lastSave > training.checkpointSeconds * 1000) {
          await folder.save(state, preset, model)
          lastSave = now
        }
        if (ranks) meet(ranks, { preset, state, asked, stop })
      },
    })
    if (!leads) return
    await folder.save(state, preset, model)
    await folder.draw()
    const samples = `${state.samples} ${progress?.samples}`
    console.error(`\n${state.step} steps, ${samples}, ${(state.seconds / 3600).toFixed(2)} h: ${folder.path}`)
  } finally {
    await batches.close()
  }
}

interface Meeting {
  readonly preset: AnyPreset
  readonly state: TrainingState
  /** Whether this rank was told to stop. */
  readonly asked: AbortController
  /** Ends this rank's training. */
  readonly stop: AbortController
}

/** After a step: ranks go on alike, as many steps, with the same weights. */
function meet(ranks: NonNullable<Ranks>, { preset, state, asked, stop }: Meeting): void {
  const wish = agree(ranks, { stop: asked.signal.aborted, steps: preset.training.steps })
  preset.training.steps = wish.steps
  if (wish.stop) stop.abort()
  const others = keepTogether(ranks, state)
  if (others.length > 0 && ranks.rank === 0)
    console.error(
      `\nsafl: after step ${state.step} ${others.length === 1 ? 'rank' : 'ranks'} ${others.join(', ')} had other weights than rank 0, and go on with those of rank 0`,
    )
}
