/** Which characters decide whether a word was read right while a model is trained or calibrated. */
import type { TrainingSettings } from '../config.ts'
import type { WordPair } from './metrics.ts'
import { type CharsetSize, viewOf } from './protocol.ts'

/** What is compared of a word: letters and digits, case ignored; or all characters, as they are. */
export type ValidationView = Exclude<TrainingSettings['validationView'], 'auto'>

export const viewCharsets = { alphanumeric: 36, all: 94 } as const satisfies Record<ValidationView, CharsetSize>

export const viewNames = {
  alphanumeric: 'letters and digits',
  all: 'all characters',
} as const satisfies Record<ValidationView, string>

/**
 * The view that decides: letters and digits, as the benchmarks have it, until a model spells more than the 94 characters
 * and the space, which that view would never see.
 */
export function decisiveView(
  furtherCharacters: string,
  setting: TrainingSettings['validationView'] = 'auto',
): ValidationView {
  if (setting !== 'auto') return setting
  return furtherCharacters.replaceAll(' ', '') === '' ? 'alphanumeric' : 'all'
}

/** Whether a label has anything to compare in a view. */
export function isComparable(label: string, view: ValidationView): boolean {
  return viewOf(label, viewCharsets[view]) !== ''
}

/** Whether a reading is right in a view. A model spells composed characters; labels may be written with combining ones. */
export function isRight({ label, prediction }: WordPair, view: ValidationView): boolean {
  const charset = viewCharsets[view]
  return viewOf(label.normalize('NFC'), charset) === viewOf(prediction, charset)
}
