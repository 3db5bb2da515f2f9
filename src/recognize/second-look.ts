/** Looks a second time at words that are not sure. */
import type { Charset } from '../charset.ts'
import type { Expectation, WordCounts } from '../decode/prior.ts'
import { attentionOf } from './attention-map.ts'
import type { BeamSource } from './beam-speller.ts'
import type { Comparison } from './comparison.ts'
import type { DraftHypothesis } from './draft-speller.ts'
import { betterOf, type Hypothesis, hypothesisOf, type ReadView } from './hypothesis.ts'
import { inBatches, pixelsOf, readBest, readViews } from './read-views.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Speller } from './speller.ts'
import type { Views } from './views.ts'

/** What was read of words → the same, and what is read at second sight of those that are not sure; in the same order. */
export type SecondLook<H extends Hypothesis> = (read: readonly ReadView<H>[]) => Promise<readonly ReadView<H>[]>

/** Words that are less sure get a second look. How these were chosen: docs/decoding-log.md. */
const UNSURE = 0.8
/** Where words are expected, one of them; and another one, of letters. */
const [UNSURE_EXPECTED, UNSURE_UNEXPECTED] = [0.6, 0.95]

async function lookAgain<H extends Hypothesis>(
  read: readonly ReadView<H>[],
  isUnsure: (hypothesis: H) => boolean,
  look: SecondLook<H>,
): Promise<readonly ReadView<H>[]> {
  const unsure = read.filter(({ hypothesis }) => isUnsure(hypothesis))
  const again = unsure.length === 0 ? [] : await look(unsure)
  const second = new Map(unsure.map((once, place) => [once, again[place]!]))
  return read.map((once) => second.get(once) ?? once)
}

/** The confidence from which a word is sure: it depends on whether it is expected. */
function sureFrom({ text, ids }: DraftHypothesis, expected: Expectation | null): number {
  const hasLettersAlone = !/[\p{N}\s]/u.test(text) && /\p{L}.*\p{L}/u.test(text)
  if (!expected || !hasLettersAlone) return UNSURE
  const ended = ids.reduce((expectation, id) => expectation.after(id), expected)
  return ended.isWord ? UNSURE_EXPECTED : UNSURE_UNEXPECTED
}

/** The best of what was read and of what is read of it leaning to either side; for any speller. */
function readLeaning<H extends Hypothesis>(
  speller: Speller<H>,
  { views, options }: { views: Views; options: RecognizeOptions },
): SecondLook<H> {
  return async (read) => {
    const again = await readBest(
      read.map(({ view }) => views.leaning(view)),
      speller,
      options,
    )
    return read.map((once, place) => betterOf(once, again[place]!))
  }
}

/** What another speller reads of the same views, such as one that expects frequent words. */
function readAgain<H extends Hypothesis>(speller: Speller<H>, options: RecognizeOptions): SecondLook<H> {
  return (read) =>
    readViews(
      read.map(({ view }) => view),
      speller,
      options,
    )
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
    const again = prior
      ? readAgain(await beams.speller({ ...options, prior }), options)
      : readLeaning(speller, { views, options })
    return again(unsure)
  }
  return (read) => lookAgain(read, ({ confidence }) => confidence < UNSURE, look)
}

/** Compares words that each view, and the view leaning to either side, may show; for hypotheses with evidence. */
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
  const compare = async (read: readonly ReadView<DraftHypothesis>[], expected: Expectation | null) => {
    const results: ReadView<DraftHypothesis>[] = Array(read.length)
    const seen = read.map(({ view }) => view)
    await inBatches(seen, options, async (places) => {
      const leaning = places.flatMap((place) => views.leaning(seen[place]!))
      const hypotheses = places.map((place) => read[place]!.hypothesis)
      const compared = await comparison.compare(hypotheses, pixelsOf(leaning), { expected, attention })
      for (const [row, place] of places.entries()) {
        const word = compared.words[row]!
        const { evidence } = hypotheses[row]!
        const hypothesis = { ...hypothesisOf(word, charset), ids: word.ids, evidence, expected }
        const looks = compared.attention && attentionOf(compared.attention, row, word.ids.length)
        results[place] = { ...read[place]!, hypothesis, ...(looks && { attention: looks }) }
      }
    })
    return results
  }
  return async (read) => {
    // Words that are expected are loaded when the first is not sure.
    if (read.every(({ hypothesis }) => hypothesis.confidence >= UNSURE_UNEXPECTED)) return read
    const expected = await expect()
    const isUnsure = (hypothesis: DraftHypothesis) => hypothesis.confidence < sureFrom(hypothesis, expected)
    return lookAgain(read, isUnsure, (unsure) => compare(unsure, expected))
  }
}
