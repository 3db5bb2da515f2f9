/** Looks a second time at words that are not sure. */
import type { Charset } from '../charset.ts'
import type { Expectation, WordCounts } from '../decode/prior.ts'
import { attentionOf } from './attention-map.ts'
import type { BeamSource } from './beam-speller.ts'
import type { Comparison } from './comparison.ts'
import type { DraftHypothesis } from './draft-speller.ts'
import { betterOf, type Hypothesis, hypothesisOf, type ReadView } from './hypothesis.ts'
import { inBatches, lookAgain, readBest, readViews } from './read-views.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Speller } from './speller.ts'
import type { View, Views } from './views.ts'

/** What was read of words → the same, and what is read at second sight of those that are not sure; in the same order. */
export type SecondLook<H extends Hypothesis> = (read: readonly ReadView<H>[]) => Promise<readonly ReadView<H>[]>

/**
 * How sure words must be: those of letters that are expected, other words of letters, and single letters, numbers, codes and
 * lines, which are no words of a list. How these were chosen: docs/decoding-log.md.
 */
type Sureness = readonly [expected: number, unexpected: number, others: number]

/** Of one look. */
const AT_FIRST: Sureness = [0.6, 0.98, 0.8]
/** Of words that were compared as they were seen; what is less sure is compared in leaning views too. */
const COMPARED: Sureness = [0.4, 0.8, 0.8]
/** Whatever is surer need not be looked up. */
const LEAST_DOUBTED = Math.max(...AT_FIRST)
/** For spellers that expect nothing. */
const [, , UNSURE] = AT_FIRST

function isUnsure(
  { text, ids, confidence }: DraftHypothesis,
  expected: Expectation | null,
  [sureExpected, sureUnexpected, sureOthers]: Sureness,
): boolean {
  if (!expected || !/^[^\p{N}\s]{2,}$/u.test(text)) return confidence < sureOthers
  const { isWord } = ids.reduce((expectation, id) => expectation.after(id), expected)
  return confidence < (isWord ? sureExpected : sureUnexpected)
}

/** The best of what was read and of what is read of it leaning to either side; for any speller. */
async function readLeaning<H extends Hypothesis>(
  read: readonly ReadView<H>[],
  speller: Speller<H>,
  { views, options }: { views: Views; options: RecognizeOptions },
): Promise<readonly ReadView<H>[]> {
  const leaning = read.map(({ view }) => views.leaning(view))
  const again = await readBest(leaning, speller, options)
  return read.map((once, place) => betterOf(once, again[place]!))
}

export interface Searching {
  readonly views: Views
  readonly beams: BeamSource
  /** Words that are expected; null for none. */
  readonly words: () => Promise<WordCounts | null>
  readonly options: RecognizeOptions
}

/** Searches with frequent words expected where nothing else was asked for; else reads leaning views too. */
export function expectingLook(
  speller: Speller<Hypothesis>,
  { views, beams, words, options }: Searching,
): SecondLook<Hypothesis> {
  const { prior: given, beamWidth, lexicon, pattern, allow, attention } = options
  const isFree = !attention && [given, beamWidth, lexicon, pattern, allow].every((wish) => wish === undefined)
  const look: SecondLook<Hypothesis> = async (unsure) => {
    const prior = isFree ? await words() : null
    if (!prior) return readLeaning(unsure, speller, { views, options })
    const seen = unsure.map(({ view }) => view)
    return readViews(seen, await beams.speller({ ...options, prior }), options)
  }
  return (read) => lookAgain(read, ({ confidence }) => confidence < UNSURE, look)
}

/** Compares words that the view, and then also the views leaning to either side, may show; for hypotheses with evidence. */
export function compareViews(
  comparison: Comparison,
  {
    views,
    charset,
    expect,
    options,
  }: {
    views: Views
    charset: Charset
    expect: () => Promise<Expectation | null>
    options: RecognizeOptions
  },
): SecondLook<DraftHypothesis> {
  const { attention = false } = options
  const compare = async (
    read: readonly ReadView<DraftHypothesis>[],
    expected: Expectation | null,
    leaning: (view: View) => readonly View[],
  ) => {
    const results: ReadView<DraftHypothesis>[] = Array(read.length)
    const seen = read.map(({ view }) => view)
    await inBatches(seen, options, async (places) => {
      const further = places.flatMap((place) => leaning(seen[place]!))
      const hypotheses = places.map((place) => read[place]!.hypothesis)
      const compared = await comparison.compare(hypotheses, further, { expected, attention })
      for (const [row, place] of places.entries()) {
        const { evidence, ...word } = compared.words[row]!
        const hypothesis = { ...hypothesisOf(word, charset), ids: word.ids, evidence, expected }
        const looks = compared.attention && attentionOf(compared.attention, row, word.ids.length)
        results[place] = { ...read[place]!, hypothesis, ...(looks && { attention: looks }) }
      }
    })
    return results
  }
  return (read) =>
    lookAgain(
      read,
      ({ confidence }) => confidence < LEAST_DOUBTED,
      async (doubtful) => {
        // Loaded when the first word is doubtful.
        const expected = await expect()
        const isUnsureOf = (sure: Sureness) => (hypothesis: DraftHypothesis) => isUnsure(hypothesis, expected, sure)
        return lookAgain(doubtful, isUnsureOf(AT_FIRST), async (unsure) => {
          const compared = await compare(unsure, expected, () => [])
          return lookAgain(compared, isUnsureOf(COMPARED), (open) =>
            compare(open, expected, (view) => views.leaning(view)),
          )
        })
      },
    )
}
