/** What every study has: arms, and runs of them in an order that leaves a study that is stopped balanced. */
import type { Preset } from '../config.ts'
import type { Decoder } from '../recognize/reading-options.ts'

export interface StudyArm {
  readonly name: string
  /** What tables call it. */
  readonly title: string
  /** The study's main question, which all seeds answer before another arm is begun. */
  readonly first: boolean
  /** What spells when the run is read; attention unless given. */
  readonly decoder?: Decoder
}

/** Some of the arms by their names, in the order of all. */
export function chooseArms<A extends StudyArm>(arms: readonly A[], names: readonly string[]): A[] {
  const known = arms.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`--arms: no arm "${unknown}": there are ${known.join(', ')}`)
  return arms.filter(({ name }) => names.includes(name))
}

export interface PlannedRun<A extends StudyArm = StudyArm> {
  readonly arm: A
  readonly seed: number
}

/** Seed by seed with the arms interleaved, so that a study that is stopped is balanced; the main question first. */
export function planRuns<A extends StudyArm>(chosen: readonly A[], seeds: number): PlannedRun<A>[] {
  return [true, false].flatMap((first) =>
    Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
      chosen.filter((arm) => arm.first === first).map((arm) => ({ arm, seed })),
    ),
  )
}

type Sizes = Pick<Preset['training'], 'batchSize' | 'accumulate'>

/** Words of a step. */
export function wordsOfStep({ batchSize, accumulate }: Sizes): number {
  return batchSize * accumulate
}

/** Steps of a run that sees `words` words, as nearly as whole steps allow. */
export function stepsFor(words: number, training: Sizes): number {
  return Math.max(1, Math.round(words / wordsOfStep(training)))
}
