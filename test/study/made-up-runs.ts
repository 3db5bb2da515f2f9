/** Runs of a study that were never trained, with known readings. */
import { presetSettings } from '../../src/config.ts'
import { arms, presetOf } from '../../src/study/arms.ts'
import type { StudyDescription, StudyRun } from '../../src/study/study-folder.ts'

export const STUDY: StudyDescription = {
  kind: 'focal',
  settings: presetSettings.parse({ training: { steps: 10, batchSize: 10 } }),
  words: 100,
  weights: null,
  data: [
    { name: 'one', training: 400, validation: 100, digest: 'a' },
    { name: 'two', training: 1200, validation: 300, digest: 'b' },
  ],
}

export interface MadeUp {
  readonly arm: string
  readonly seed: number
  /** Whether word `index` of set 0 or 1 is read right. */
  readonly right: (set: number, index: number) => boolean
  /** How often word `index` of a set was seen in training. */
  readonly times?: (set: number, index: number) => number
  readonly confidence?: number
  readonly digest?: string
}

/** Sets of 100 and 300 words, all different, of which the wrong ones are read as nothing. */
export function madeUpRun({ arm, seed, right, times = () => 0, confidence = 0.5, digest }: MadeUp): StudyRun {
  const places = STUDY.data.flatMap(({ validation }, set) =>
    Array.from({ length: validation }, (_, index) => ({ set, index })),
  )
  const label = (set: number, index: number) => `w${set}x${index}`
  const planned = { arm: arms.find(({ name }) => name === arm)!, seed }
  return {
    arm,
    seed,
    settings: presetOf(planned, STUDY.settings),
    budget: { words: STUDY.words, steps: 10 },
    loss: 1,
    minutes: 1,
    finished: '2026-01-01T00:00:00.000Z',
    node: 'v20',
    training: {
      words: 100,
      digest: digest ?? `${planned.arm.naturalness} ${seed}`,
      wordCounts: Object.fromEntries(places.map(({ set, index }) => [label(set, index), times(set, index)])),
      characterCounts: Object.fromEntries([...'0123456789abcdefghijklmnopqrstuvwxyz'].map((c, rank) => [c, rank])),
    },
    sets: STUDY.data.map(({ name }, set) => ({
      name,
      words: places
        .filter((place) => place.set === set)
        .map(({ index }) => ({
          index,
          label: label(set, index),
          prediction: right(set, index) ? label(set, index).toUpperCase() : '',
          confidence,
        })),
    })),
  }
}
