/** What a speller reads of one view. */
import { type Charset, decodeIds } from '../charset.ts'
import type { SettledWord } from '../decode/candidates.ts'
import type { CtcWord } from '../decode/ctc.ts'
import { productOf, type SpelledWord } from '../decode/draft.ts'
import type { WordGeometry } from './geometry.ts'
import type { Recognition } from './recognition.ts'
import type { View } from './views.ts'

export interface Hypothesis extends Pick<Recognition, 'text' | 'confidence' | 'characters' | 'alternatives'> {
  /** Natural logarithm of the confidence, with what a prior says: what readings of one image are compared by. */
  readonly rank: number
}

/** A view with its hypothesis, and what else was asked for. */
export interface ReadView<H extends Hypothesis = Hypothesis> extends Pick<Recognition, 'attention'> {
  readonly view: View
  readonly hypothesis: H
  /** As fractions of the view. */
  readonly geometry?: WordGeometry
}

export function hypothesisOf(word: SpelledWord | CtcWord | SettledWord, charset: Charset): Hypothesis {
  const { ids, probabilities } = word
  const confidence = 'confidence' in word ? word.confidence : productOf(probabilities)
  return {
    text: decodeIds(ids, charset),
    confidence,
    rank: 'rank' in word ? word.rank : Math.log(confidence),
    characters: ids.map((id, index) => ({ character: decodeIds([id], charset), probability: probabilities[index]! })),
  }
}

/** Of equals the first. */
export function betterOf<H extends Hypothesis>(first: ReadView<H>, second: ReadView<H>): ReadView<H> {
  return rankOf(second) > rankOf(first) ? second : first
}

function rankOf({ view, hypothesis }: ReadView): number {
  return hypothesis.rank + Math.log(view.weight)
}
