/** Spells by connectionist temporal classification alone: the best path over the columns. */
import type { Charset } from '../charset.ts'
import { decodeCtc } from '../decode/ctc.ts'
import type { Session } from '../tensor/index.ts'
import { type Hypothesis, hypothesisOf } from './hypothesis.ts'
import type { Speller } from './speller.ts'

/** Over a session of `ctcGraph`. */
export function ctcSpeller(session: Session, charset: Charset): Speller<Hypothesis> {
  return {
    attends: false,
    async spell(images, wanted) {
      const { ctc_probabilities, ...outputs } = await session.run({ images }, ['ctc_probabilities', ...wanted])
      const words = decodeCtc(ctc_probabilities!.data as Float32Array, { batch: images.shape[0]!, charset })
      return { hypotheses: words.map((word) => hypothesisOf(word, charset)), outputs }
    },
  }
}
