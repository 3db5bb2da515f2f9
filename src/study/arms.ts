/** What `safl study focal` compares: the same training with different losses, at two word frequencies. */
import type { Preset } from '../config.ts'
import type { PlannedRun, StudyArm } from './plan.ts'

export interface Arm extends StudyArm {
  readonly gamma: number
  readonly alpha: number
  /** `synth.words.naturalness`: 1, words as frequent as on signs and in English; 0, all of the lexicon alike. */
  readonly naturalness: number
  /** The arm with cross-entropy that has all else in common; null for itself. */
  readonly baseline: string | null
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

/** The settings of a run: only loss, word frequency and seed differ from the study's. */
export function presetOf({ arm, seed }: PlannedRun<Arm>, study: Preset): Preset {
  return {
    ...study,
    training: { ...study.training, seed, focalGamma: arm.gamma, focalAlpha: arm.alpha },
    synth: { ...study.synth, words: { ...study.synth.words, naturalness: arm.naturalness } },
  }
}
