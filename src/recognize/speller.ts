/** What spells: images of words in, hypotheses out. Each kind is a file of its own: greedy, CTC, drafts, beams. */
import type { Value } from '../tensor/index.ts'
import type { Hypothesis } from './hypothesis.ts'

export interface Spelled<H extends Hypothesis> {
  /** One an image. */
  readonly hypotheses: readonly H[]
  /** What was asked for beside them. */
  readonly outputs: Readonly<Record<string, Value>>
}

export interface Speller<H extends Hypothesis = Hypothesis> {
  /** Whether it can also give `attention` [B, T, S]; all give `rectified` and `control_points` (see `encoderGraph`). */
  readonly attends: boolean
  /** Images [B, H, W, 3], uint8, and the names of what else is wanted. */
  spell(images: Value, outputs: readonly string[]): Promise<Spelled<H>>
}
