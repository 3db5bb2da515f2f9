/** What the study compares: the same training with different losses, at two word frequencies. */
import type { Preset } from '../config.ts'

export interface Arm {
  readonly name: string
  /** What tables call it. */
  readonly title: string
  readonly gamma: number
  readonly alpha: number
  /** `synth.words.naturalness`: 1, words as frequent as in English; 0, all of the lexicon alike. */
  readonly naturalness: number
  /** The arm with cross-entropy that has all else in common; null for itself. */
  readonly baseline: string | null
  /** The paper's own question, which all seeds answer before another arm is begun. */
  readonly first: boolean
}

const natural = { alpha: 1, naturalness: 1, baseline: 'gamma0', first: false }
const uniform = { alpha: 1, naturalness: 0, first: false }

export const arms: readonly Arm[] = [
  { ...natural, name: 'gamma0', title: 'γ 0 (cross-entropy)', gamma: 0, baseline: null, first: true },
  { ...natural, name: 'gamma2', title: 'γ 2', gamma: 2, first: true },
  { ...natural, name: 'gamma0.5', title: 'γ 0.5', gamma: 0.5 },
  { ...natural, name: 'gamma1', title: 'γ 1', gamma: 1 },
  { ...natural, name: 'gamma5', title: 'γ 5', gamma: 5 },
  { ...natural, name: 'authors', title: 'γ 1, α 0.99', gamma: 1, alpha: 0.99 },
  { ...uniform, name: 'uniform-gamma0', title: 'γ 0, uniform words', gamma: 0, baseline: null },
  { ...uniform, name: 'uniform-gamma2', title: 'γ 2, uniform words', gamma: 2, baseline: 'uniform-gamma0' },
]

/** Settings that the study decides, and nobody else. */
export const STUDIED_SETTINGS = [
  'training.steps',
  'training.seed',
  'training.focalGamma',
  'training.focalAlpha',
  'synth.words.naturalness',
] as const

/** Arms by their names, in the order of `arms`. */
export function chooseArms(names: readonly string[]): Arm[] {
  const known = arms.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`--arms: no arm "${unknown}": there are ${known.join(', ')}`)
  return arms.filter(({ name }) => names.includes(name))
}

export interface PlannedRun {
  readonly arm: Arm
  readonly seed: number
}

/** Seed by seed with the arms interleaved, so that a study that is stopped is balanced; the paper's question first. */
export function planRuns(chosen: readonly Arm[], seeds: number): PlannedRun[] {
  return [true, false].flatMap((first) =>
    Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
      chosen.filter((arm) => arm.first === first).map((arm) => ({ arm, seed })),
    ),
  )
}

/** Steps of a run that sees `words` words, as nearly as whole batches allow. */
export function stepsFor(words: number, batchSize: number): number {
  return Math.max(1, Math.round(words / batchSize))
}

/** The settings of a run: only loss, word frequency and seed differ from the study's. */
export function presetOf({ arm, seed }: PlannedRun, study: Preset): Preset {
  return {
    ...study,
    training: { ...study.training, seed, focalGamma: arm.gamma, focalAlpha: arm.alpha },
    synth: { ...study.synth, words: { ...study.synth.words, naturalness: arm.naturalness } },
  }
}
