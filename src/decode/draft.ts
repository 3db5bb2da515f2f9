/**
 * Greedy decoding from drafts: what the CTC head spells is given to the decoder whole, which says of all its
 * characters at once what it would have chosen. What agrees is settled; from the first other character on the draft is
 * mended and given again. The words are those of a run a character, in fewer runs (speculative decoding; Stern et al.,
 * arXiv 1811.03115).
 */
import { type Charset, END } from '../charset.ts'

/** A word for the decoder, without its end. */
export interface GivenWord {
  /** Place of its image in the batch. */
  readonly image: number
  readonly ids: readonly number[]
}

/** Of each given word the probabilities [T, C] of what follows its start and each of its characters; T of the longest. */
export type WordRun = (words: readonly GivenWord[]) => Promise<readonly Float32Array[]>

export interface SpelledWord {
  /** Class ids of the characters. */
  readonly ids: readonly number[]
  /** Of each character, and of the end symbol last unless the word was cut off. */
  readonly probabilities: readonly number[]
}

export interface DecodedWord extends SpelledWord {
  /** Of what may follow the start and each of the characters, [T, C], T one more than the characters. */
  readonly following: Float32Array
}

export interface DraftedWord extends DecodedWord {
  /** What was given, cut where the decoder cannot spell more, with the decoder's probabilities. */
  readonly draft: SpelledWord
}

/** Drafts of images → what greedy decoding spells of each, in the drafts' order. */
export async function spellFromDrafts(
  run: WordRun,
  drafts: readonly GivenWord[],
  { charset, maximumLength }: { charset: Charset; maximumLength: number },
): Promise<DraftedWord[]> {
  const spelled: DraftedWord[] = []
  const given: SpelledWord[] = []
  let open = drafts.map(({ image, ids }, draft) => ({ draft, image, ids: ids.slice(0, maximumLength) }))
  while (open.length > 0) {
    const runs = await run(open)
    open = open.flatMap(({ draft, image, ids }, place) => {
      given[draft] ??= { ids, probabilities: probabilitiesOf([...ids, END], runs[place]!, charset) }
      const chosen = choices(runs[place]!, ids.length + 1, charset)
      const agreed = chosen.findIndex(({ id }, index) => id !== (ids[index] ?? END))
      const length = agreed < 0 ? ids.length : agreed
      const { id } = chosen[length]!
      if (id === END || length === maximumLength) {
        const kept = id === END ? length + 1 : length
        const probabilities = chosen.slice(0, kept).map(({ probability }) => probability)
        const following = runs[place]!.subarray(0, (length + 1) * charset.classes)
        spelled[draft] = { ids: ids.slice(0, length), probabilities, following, draft: given[draft] }
        return []
      }
      return { draft, image, ids: mend(ids, length, id).slice(0, maximumLength) }
    })
  }
  return spelled
}

/** The most probable class after each of the first `count` places; padding and unknown spell nothing. */
function choices(probabilities_TC: Float32Array, count: number, { spellings, classes }: Charset) {
  return Array.from({ length: count }, (_, place) => {
    const row = probabilities_TC.subarray(place * classes, (place + 1) * classes)
    let id = END
    for (let other = 0; other < classes; other++) if (row[other]! > row[id]! && spellings[other] !== '') id = other
    return { id, probability: row[id]! }
  })
}

/**
 * The draft with `id` at `place`: before what stands there where that is a repeat that was merged, instead of what stands there
 * and is not in the word where `id` follows it, else instead of it.
 */
function mend(ids: readonly number[], place: number, id: number): number[] {
  const rest = ids.slice(place)
  const isMerged = id === ids[place - 1]
  const isSpare = id === rest[1]
  return [...ids.slice(0, place), ...(isSpare ? [] : [id]), ...(isMerged && !isSpare ? rest : rest.slice(1))]
}

/**
 * The probabilities of a word's characters, and of its end last, as far as greedy decoding met them: up to its own word's
 * first other character, and that one. What is missing can only lower their product.
 */
export function knownProbabilities(
  ids: readonly number[],
  { ids: greedy, following }: DecodedWord,
  charset: Charset,
): number[] {
  const word = [...ids, END]
  const other = word.findIndex((id, place) => id !== greedy[place])
  return probabilitiesOf(word.slice(0, other + 1), following, charset)
}

/** Of classes one after another, by what may follow the start and each of them, [T, C]. */
export function probabilitiesOf(ids: readonly number[], following: Float32Array, { classes }: Charset): number[] {
  return ids.map((id, place) => following[place * classes + id]!)
}

/** The probability of a word whose characters, and end, have these. */
export function productOf(probabilities: readonly number[]): number {
  return probabilities.reduce((all, probability) => all * probability, 1)
}
