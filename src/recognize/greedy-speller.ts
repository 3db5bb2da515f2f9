/** Spells by a finished graph that takes the most probable character each time: an exported file's, or that of weights without a CTC head. */
import { type Charset, END } from '../charset.ts'
import type { SpelledWord } from '../decode/draft.ts'
import type { Session, Value } from '../tensor/index.ts'
import { type Hypothesis, hypothesisOf } from './hypothesis.ts'
import type { Speller } from './speller.ts'

/** Over a session of `recognizerGraph`. */
export function greedySpeller(session: Session, charset: Charset): Speller<Hypothesis> {
  return {
    attends: true,
    async spell(images, wanted) {
      const { ids, probabilities, ...outputs } = await session.run({ images }, ['ids', 'probabilities', ...wanted])
      const words = spelledWords(ids!, probabilities!)
      return { hypotheses: words.map((word) => hypothesisOf(word, charset)), outputs }
    },
  }
}

/** What the graph chose. A word without an end is as long as the model spells: its last step had room for the end alone. */
function spelledWords(ids: Value, probabilities: Value): SpelledWord[] {
  const [batch, steps] = ids.shape as [number, number]
  return Array.from({ length: batch }, (_, place) => {
    const row = Array.from(ids.data.subarray(place * steps, (place + 1) * steps) as Int32Array)
    const end = row.indexOf(END)
    const length = end < 0 ? steps - 1 : end
    const sure = Array.from(probabilities.data.subarray(place * steps, (place + 1) * steps) as Float32Array)
    return { ids: row.slice(0, length), probabilities: sure.slice(0, end < 0 ? length : end + 1) }
  })
}
