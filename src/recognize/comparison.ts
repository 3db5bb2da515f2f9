/**
 * Compares words that views of an image may show: what was read of each view, words like it, and what the CTC head finds
 * likely. The decoder says how probable each is in each view; see docs/decoding.md.
 */
import { decodeIds, END } from '../charset.ts'
import {
  bestCandidate,
  type Candidate,
  contenders,
  ctcSays,
  isWhole,
  otherCandidates,
  type SettledWord,
} from '../decode/candidates.ts'
import { ctcBeams } from '../decode/ctc-beam.ts'
import { type DecodedWord, knownProbabilities, probabilitiesOf, spellFromDrafts } from '../decode/draft.ts'
import { wordsLike } from '../decode/like.ts'
import type { Expectation } from '../decode/prior.ts'
import type { Vocabulary } from '../decode/vocabulary.ts'
import type { Value } from '../tensor/index.ts'
import type { DraftHypothesis, Evidence } from './draft-speller.ts'
import type { Encoder } from './encoder.ts'
import { pixelsOf } from './read-views.ts'
import type { Alternative } from './recognition.ts'
import { joinRows, rowAt } from './rows.ts'
import type { View } from './views.ts'
import type { WordDecoder } from './word-decoder.ts'

/** The candidates of each view beside its greedy reading: so many that are like it, so many of the CTC head. */
const CANDIDATES = 2
/** Hypotheses that are followed for them. */
const LIKE_BEAMS = 8
const CTC_BEAMS = 16
/** Words that the decoder runs over at once. */
const MOST_ROWS = 256

/** A view of an image, by its place in a batch, and what was read of it. */
interface SeenView {
  readonly image: number
  readonly greedy: DecodedWord
  /** Of the CTC head, [S, C]. */
  readonly probabilities: Float32Array
  /** Words that it may show, where they are known already. */
  readonly likely?: readonly (readonly number[])[] | undefined
}

type Cross = Readonly<Record<string, Value>>

/** The word of those that were compared, and what is known of what was seen since. */
export interface ComparedWord extends SettledWord {
  readonly evidence: Evidence
}

export class Comparison {
  private readonly encoder: Encoder
  private readonly decoder: WordDecoder
  private readonly model: Vocabulary

  constructor(encoder: Encoder, decoder: WordDecoder, model: Vocabulary) {
    this.encoder = encoder
    this.decoder = decoder
    this.model = model
  }

  /**
   * The most probable word of those that what was seen and further views show, as many of each in a row, or
   * none. A word's probability is the mean of the decoder's over all views, times the CTC head's by its weight, times what
   * is expected of it; its confidence is its share among the candidates, and no more than all of them have together. With
   * `attention` also where the decoder looks in what was seen, [B, T, S].
   */
  async compare(
    read: readonly DraftHypothesis[],
    views: readonly View[],
    { expected, attention }: { expected: Expectation | null; attention: boolean },
  ): Promise<{ words: ComparedWord[]; attention: Value | null }> {
    const { encoder, decoder, model } = this
    const added = views[0] ? await encoder.encode(pixelsOf(views)) : { cross: {}, probabilities: [] }
    const each = added.probabilities.length / read.length
    // More often than what the CTC head sees in it, a view spells what another spelled.
    const drafts = added.probabilities.map((_, image) => ({ image, ids: read[Math.floor(image / each)]!.ids }))
    const spelled = await spellFromDrafts(decoder.over(added.cross), drafts, model)
    const seen = read.map(({ evidence }) => evidence)
    const cross = this.join(seen, added.cross)
    const settled = await this.settle(read, cross)
    const wish = { expected, count: CANDIDATES }
    const own = seen.map(({ encoded, place: row, likely }, place) => {
      const view = { image: place, greedy: settled[place]!, probabilities: encoded.probabilities[row]! }
      return { ...view, likely: likely ?? this.wordsOf(view, wish) }
    })
    const groups = own.map((view, place) => {
      const further = Array.from({ length: each }, (_, number) => place * each + number).map((image) => ({
        image: read.length + image,
        greedy: spelled[image]!,
        probabilities: added.probabilities[image]!,
      }))
      return this.candidates([view, ...further], wish)
    })
    await this.complete(groups.flatMap(contenders), cross)
    const words = groups.map((candidates, place) => {
      const { greedy, likely } = own[place]!
      return { ...bestCandidate(candidates), evidence: { ...seen[place]!, greedy, likely } }
    })
    return { words, attention: attention ? await decoder.attention(words, cross) : null }
  }

  /** Other words that images may show which were read, the most probable first; none is surer than what was read. */
  async alternatives(read: readonly DraftHypothesis[], count: number): Promise<Alternative[][]> {
    const cross = this.join(read.map(({ evidence }) => evidence))
    const settled = await this.settle(read, cross)
    const groups = read.map(({ evidence, expected, ids }, image) => {
      const probabilities = evidence.encoded.probabilities[evidence.place]!
      const view = { image, greedy: settled[image]!, probabilities }
      return this.candidates([view], { expected, count: count + 1, also: ids })
    })
    await this.complete(groups.flat(), cross)
    return groups.map((candidates, place) => {
      const { ids, confidence, expected: prior } = read[place]!
      const others = otherCandidates(candidates, { ids, confidence, prior }).slice(0, count)
      return others.map((other) => ({ text: decodeIds(other.ids, this.model.charset), confidence: other.confidence }))
    })
  }

  /** What greedy decoding spells of each, whose keys and values come first. */
  private async settle(read: readonly DraftHypothesis[], cross: Cross): Promise<DecodedWord[]> {
    const open = [...read.keys()].filter((place) => !read[place]!.evidence.greedy)
    const drafts = open.map((image) => ({ image, ids: read[image]!.ids }))
    const spelled = await spellFromDrafts(this.decoder.over(cross), drafts, this.model)
    const found = new Map(open.map((place, index) => [place, spelled[index]!]))
    return read.map(({ evidence }, place) => evidence.greedy ?? found.get(place)!)
  }

  /** Keys and values of what was seen, in its order, then those of further views. */
  private join(seen: readonly Evidence[], further: Cross = {}): Cross {
    const rows = (name: string) => [
      ...seen.map(({ encoded, place }) => rowAt(encoded.cross[name]!, place)),
      ...(further[name] ? [further[name]] : []),
    ]
    return Object.fromEntries(this.encoder.crosses.map((name) => [name, joinRows(rows(name))]))
  }

  /** Words that views of one image may show, with what greedy decoding knows of their probabilities. */
  private candidates(
    views: readonly SeenView[],
    { expected, count, also }: { expected: Expectation | null; count: number; also?: readonly number[] },
  ): Candidate[] {
    const found = views.flatMap((view) => view.likely ?? this.wordsOf(view, { expected, count }))
    const different = new Map([...found, ...(also ? [also] : [])].map((ids) => [ids.join(), ids]))
    const { charset } = this.model
    const heads = (ids: readonly number[]) =>
      views.reduce((sum, { probabilities }) => sum + ctcSays(probabilities, ids, charset), 0) / views.length
    return [...different.values()].map((ids) => ({
      ids,
      beside: heads(ids) + (expected ? ids.reduce((expectation, id) => expectation.after(id), expected).ended : 0),
      views: views.map(({ image, greedy }) => ({
        image,
        probabilities: knownProbabilities(ids, greedy, charset),
      })),
    }))
  }

  /** Words that one view may show: what was read, words like it, and what the CTC head finds likely. */
  private wordsOf(
    { greedy, probabilities }: SeenView,
    { expected, count }: { expected: Expectation | null; count: number },
  ): (readonly number[])[] {
    const options = { ...this.model, words: count, prior: expected }
    return [
      greedy.ids,
      ...wordsLike(greedy, { ...options, width: Math.max(LIKE_BEAMS, count) }),
      ...ctcBeams(probabilities, { ...options, width: Math.max(CTC_BEAMS, count) }),
    ]
  }

  /** Lets the decoder say what is not known of the candidates' probabilities. */
  private async complete(candidates: readonly Candidate[], cross: Cross): Promise<void> {
    const wanted = candidates.flatMap(({ ids, views }) =>
      views.filter((view) => !isWhole(ids, view)).map((view) => ({ ids, image: view.image, view })),
    )
    for (let start = 0; start < wanted.length; start += MOST_ROWS) {
      const some = wanted.slice(start, start + MOST_ROWS)
      const runs = await this.decoder.over(cross)(some)
      for (const [row, { ids, view }] of some.entries())
        view.probabilities = probabilitiesOf([...ids, END], runs[row]!, this.model.charset)
    }
  }
}
