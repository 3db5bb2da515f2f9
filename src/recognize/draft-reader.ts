/**
 * Reads words in two glances: the head of connectionist temporal classification drafts each, the decoder settles it. Of
 * words that are not sure it compares what both find likely.
 */
import { createCharset, END, START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import type { Speller } from '../decode/constraint.ts'
import { bestPath } from '../decode/ctc.ts'
import { ctcBeams } from '../decode/ctc-beam.ts'
import {
  type DecodedWord,
  type GivenWord,
  knownProbabilities,
  probabilitiesOf,
  productOf,
  type SpelledWord,
  spellFromDrafts,
  type WordRun,
} from '../decode/draft.ts'
import { wordsLike } from '../decode/like.ts'
import type { Expectation } from '../decode/prior.ts'
import { hasCtcHead } from '../model/ctc-head.ts'
import { crossNames, encoderGraph, wordGraph } from '../model/step-graphs.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { bytesOverflow, type Runtime, Session, type SessionOptions, type Value, writeModel } from '../tensor/index.ts'
import { pickRows } from './step-reader.ts'

/** A word, and what was made of it. */
export interface SettledWord extends SpelledWord {
  readonly confidence: number
  /** Natural logarithm of what readings of one image are compared by. */
  readonly rank: number
}

/** What a first look saw in an image, so that a second one need not see it again. */
export interface Glimpse {
  /** What the decoder attends to, by name, [1, heads, …]. */
  readonly cross: Readonly<Record<string, Value>>
  /** Of the CTC head, [S, C]. */
  readonly probabilities: Float32Array
  readonly greedy: DecodedWord
}

export interface CompareOptions {
  /** What is expected of the words; nothing when null. */
  readonly prior: Expectation | null
  /** Also give `attention` [N, T, S], of what the first look saw. */
  readonly attention?: boolean | undefined
}

/** The candidates of each view beside its greedy reading: so many that are like it, so many of the CTC head. */
const CANDIDATES = 2
/** Beginnings that are followed for them. */
const LIKE_BEAMS = 8
const CTC_BEAMS = 16
/** The power of candidates' probabilities that makes their shares honest; see docs/decoding.md. */
const SHARPNESS = 0.7
const LEAST = 1e-30

/** Whether the weights can read so. */
export function canDraft({ settings, weights }: WeightsFile): boolean {
  return hasCtcHead(weights) && !settings.authorsQuirks
}

/** What layers compute in; the rectifier, softmax and norms compute in 32 bits either way. */
export const precisions = ['float32', 'int8'] as const
export type Precision = (typeof precisions)[number]

export class DraftReader {
  readonly encoder: Session
  private readonly settler: Session
  /** What the model can spell. */
  readonly model: Speller
  /** What the decoder attends to, by name. */
  private readonly crosses: readonly string[]

  private constructor(encoder: Session, settler: Session, settings: ModelSettings) {
    this.encoder = encoder
    this.settler = settler
    this.model = { charset: createCharset(settings.furtherCharacters), maximumLength: settings.maximumLength }
    this.crosses = crossNames(settings.transformer.decoderLayers)
  }

  /** Computes in 8 bits where `precision` says so and the file has bounds. */
  static async open(
    { settings, weights, bounds }: WeightsFile,
    runtime: Runtime,
    { precision, ...options }: SessionOptions & { readonly precision?: Precision | undefined },
  ) {
    const eightBit = precision === 'int8' ? bounds : undefined
    const encoder = encoderGraph(settings, weights, { eightBit })
    const settler = wordGraph(settings, weights, { eightBit })
    const inSession = eightBit ? { ...options, exactBytes: await bytesOverflow(runtime) } : options
    return new DraftReader(
      await Session.create(writeModel(encoder), runtime, inSession),
      await Session.create(writeModel(settler), runtime, inSession),
      settings,
    )
  }

  /**
   * What greedy decoding spells of each image, and what was seen of the image at a place. Outputs are the encoder's, and
   * `attention` [B, T, S].
   */
  async read(images: Value, outputs: readonly string[]) {
    const ofEncoder = outputs.filter((name) => name !== 'attention')
    const { run, cross, probabilities, further } = await this.glance(images, ofEncoder)
    const drafts = probabilities.map((each) => bestPath(each, this.model.charset).ids)
    const spelled = await spellFromDrafts(run, drafts, this.model)
    const looks = ofEncoder.length < outputs.length ? await this.settle(inOrder(spelled), cross, ['attention']) : {}
    const glimpse = (place: number): Glimpse => ({
      cross: Object.fromEntries(this.crosses.map((name) => [name, pickRows(cross[name]!, [place])])),
      probabilities: probabilities[place]!.slice(),
      greedy: spelled[place]!,
    })
    return { words: spelled.map(asItIs), others: { ...further, ...looks }, glimpse }
  }

  /**
   * The most probable word of those that what was seen and further views show, as many views of each in a row: what greedy
   * decoding spells of them, words like that, and what the CTC head finds likely. A word's probability is the mean of the
   * decoder's over all views, times what is expected of it; its confidence is its share among the candidates, and no more than
   * all of them have together.
   */
  async compare(seen: readonly Glimpse[], views: Value, { prior, attention }: CompareOptions) {
    const added = await this.glance(views, [])
    const each = added.probabilities.length / seen.length
    // More often than what the CTC head sees in it, a view spells what another spelled.
    const likely = added.probabilities.map((_, view) => seen[Math.floor(view / each)]!.greedy.ids)
    const greedy = [...seen.map((glimpse) => glimpse.greedy), ...(await spellFromDrafts(added.run, likely, this.model))]
    const probabilities = [...seen.map((glimpse) => glimpse.probabilities), ...added.probabilities]
    const cross = Object.fromEntries(
      this.crosses.map((name) => [
        name,
        joinRows([...seen.map((glimpse) => glimpse.cross[name]!), added.cross[name]!]),
      ]),
    )
    const { charset } = this.model
    const options = { ...this.model, words: CANDIDATES, prior }
    const groups = seen.map((_, place): Candidate[] => {
      const further = Array.from({ length: each }, (_unused, view) => seen.length + place * each + view)
      const members = [place, ...further]
      const found = members.flatMap((image) => [
        greedy[image]!.ids,
        ...wordsLike(greedy[image]!, { ...options, width: LIKE_BEAMS }),
        ...ctcBeams(probabilities[image]!, { ...options, width: CTC_BEAMS }),
      ])
      const different = new Map(found.map((ids) => [ids.join(), ids]))
      return [...different.values()].map((ids) => ({
        ids,
        expected: prior ? ids.reduce((expectation, id) => expectation.after(id), prior).ended : 0,
        views: members.map((image) => ({ image, probabilities: knownProbabilities(ids, greedy[image]!, charset) })),
      }))
    })
    const wanted = groups
      .flatMap(contenders)
      .flatMap(({ ids, views }) =>
        views.filter((view) => !isWhole(ids, view)).map((view) => ({ ids, image: view.image, view })),
      )
    if (wanted.length > 0) {
      const runs = await this.runOver(cross)(wanted)
      for (const [row, { ids, view }] of wanted.entries())
        view.probabilities = probabilitiesOf([...ids, END], runs[row]!, charset)
    }
    const words = groups.map(best)
    const looks = attention ? await this.settle(inOrder(words), cross, ['attention']) : {}
    return { words, others: looks }
  }

  /** Encodes images, and gives what the CTC head sees in each. */
  private async glance(images: Value, outputs: readonly string[]) {
    const encoded = await this.encoder.run({ images }, [...this.crosses, 'ctc_probabilities', ...outputs])
    const named = (wanted: readonly string[]) => Object.fromEntries(wanted.map((name) => [name, encoded[name]!]))
    const cross = named(this.crosses)
    const probabilities = rowsOf(encoded.ctc_probabilities!)
    return { run: this.runOver(cross), cross, probabilities, further: named(outputs) }
  }

  private runOver(cross: Readonly<Record<string, Value>>): WordRun {
    return async (words) => rowsOf((await this.settle(words, cross, ['probabilities'])).probabilities!)
  }

  /** Runs the decoder over whole words of one or more images. */
  private settle(words: readonly GivenWord[], cross: Readonly<Record<string, Value>>, outputs: readonly string[]) {
    const length = 1 + Math.max(...words.map(({ ids }) => ids.length))
    const tokens = new Int32Array(words.length * length).fill(END)
    for (const [row, { ids }] of words.entries()) tokens.set([START, ...ids], row * length)
    const images = BigInt64Array.from(words, ({ image }) => BigInt(image))
    return this.settler.run(
      {
        ...cross,
        tokens: { type: 'int32', shape: [words.length, length], data: tokens },
        images: { type: 'int64', shape: [words.length], data: images },
      },
      outputs,
    )
  }

  async dispose(): Promise<void> {
    await this.encoder.dispose()
    await this.settler.dispose()
  }
}

/** The rows along the first axis. */
function rowsOf({ shape, data }: Value): Float32Array[] {
  const size = data.length / shape[0]!
  return Array.from({ length: shape[0]! }, (_, row) => (data as Float32Array).subarray(row * size, (row + 1) * size))
}

/** The rows of all along the first axis. */
function joinRows(values: readonly Value[]): Value {
  const [first] = values as [Value]
  const data = new Float32Array(values.reduce((sum, value) => sum + value.data.length, 0))
  let end = 0
  for (const value of values) {
    data.set(value.data as Float32Array, end)
    end += value.data.length
  }
  const count = values.reduce((sum, { shape }) => sum + shape[0]!, 0)
  return { ...first, shape: [count, ...first.shape.slice(1)], data }
}

/** Each word with its image. */
function inOrder(words: readonly SpelledWord[]): GivenWord[] {
  return words.map(({ ids }, image) => ({ image, ids }))
}

/** A word that an image may show. */
interface Candidate {
  readonly ids: readonly number[]
  /** Natural logarithm of what is expected of it. */
  readonly expected: number
  readonly views: readonly CandidateView[]
}

interface CandidateView {
  readonly image: number
  /** Of the word's characters and its end, as far as they are known: what is missing can only lower their product. */
  probabilities: readonly number[]
}

function isWhole(ids: readonly number[], { probabilities }: CandidateView): boolean {
  return probabilities.length > ids.length
}

/** The mean of a word's probabilities over its views; of those that are left out, 0. */
function meanOf(views: readonly CandidateView[], count = views.length): number {
  return views.reduce((sum, { probabilities }) => sum + productOf(probabilities), 0) / count
}

/** What candidates are compared by, at a given mean of their probabilities. */
function rankOf(mean: number, expected: number): number {
  return Math.log(Math.max(mean, LEAST)) + expected
}

/** Those that what is known does not rule out: at best they rank above what another one surely does. */
function contenders(candidates: readonly Candidate[]): Candidate[] {
  const surely = candidates.map(({ ids, expected, views }) => {
    const whole = views.filter((view) => isWhole(ids, view))
    return rankOf(meanOf(whole, views.length), expected)
  })
  const bar = Math.max(...surely)
  return candidates.filter(({ expected, views }) => rankOf(meanOf(views), expected) >= bar)
}

/** Of equals the first; those that were ruled out count as much as they may. */
function best(candidates: readonly Candidate[]): SettledWord {
  const ranked = candidates.map(({ ids, expected, views }) => {
    const mean = meanOf(views)
    return { ids, probabilities: views[0]!.probabilities, mean, rank: rankOf(mean, expected) }
  })
  const { mean: _, ...word } = ranked.reduce((a, b) => (b.rank > a.rank ? b : a))
  const shares = ranked.map(({ rank }) => Math.exp((rank - word.rank) * SHARPNESS))
  const share = 1 / shares.reduce((sum, each) => sum + each)
  // Where no word is, none of them is probable, whatever the best one's share.
  const together = ranked.reduce((sum, each) => sum + each.mean, 0)
  return { ...word, confidence: Math.min(share, together) }
}

function asItIs(word: SpelledWord): SettledWord {
  const confidence = productOf(word.probabilities)
  return { ...word, confidence, rank: Math.log(confidence) }
}
