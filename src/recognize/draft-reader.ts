/**
 * Reads words in two glances: the head of connectionist temporal classification drafts each, the decoder settles it. Of
 * words that are not sure it compares what both find likely.
 */
import { createCharset, END, START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import {
  bestCandidate,
  type Candidate,
  contenders,
  isWhole,
  type OtherWord,
  otherCandidates,
  type SettledWord,
} from '../decode/candidates.ts'
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
import type { Speller } from '../decode/speller.ts'
import { hasCtcHead } from '../model/ctc-head.ts'
import { crossNames, encoderGraph, wordGraph } from '../model/step-graphs.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { bytesOverflow, type Runtime, Session, type SessionOptions, type Value, writeModel } from '../tensor/index.ts'
import { pickRows } from './step-reader.ts'

/** What a first look saw in an image, so that a second one need not see it again. */
export interface Glimpse {
  /** What the decoder attends to, by name, [1, heads, …]. */
  readonly cross: Readonly<Record<string, Value>>
  /** Of the CTC head, [S, C]. */
  readonly probabilities: Float32Array
  readonly greedy: DecodedWord
}

/** A view of an image, by its place in a batch, and what was read of it. */
interface SeenView extends Pick<Glimpse, 'greedy' | 'probabilities'> {
  readonly image: number
}

/** What was seen in an image, and the word that was read in the end. */
export interface ReadWord {
  readonly glimpse: Glimpse
  readonly ids: readonly number[]
  readonly confidence: number
  /** What was expected of it; nothing where it was sure at first. */
  readonly prior: Expectation | null
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
/** Words that the decoder runs over at once. */
const MOST_ROWS = 256
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
    const groups = seen.map((_, place) => {
      const further = Array.from({ length: each }, (_unused, view) => seen.length + place * each + view)
      const views = [place, ...further].map((image) => ({
        image,
        greedy: greedy[image]!,
        probabilities: probabilities[image]!,
      }))
      return this.candidates(views, { prior, count: CANDIDATES })
    })
    await this.complete(groups.flatMap(contenders), cross)
    const words = groups.map(bestCandidate)
    const looks = attention ? await this.settle(inOrder(words), cross, ['attention']) : {}
    return { words, others: looks }
  }

  /** Other words that images may show which were seen and read, the most probable first; none is surer than what was read. */
  async alternatives(read: readonly ReadWord[], count: number): Promise<OtherWord[][]> {
    const groups = read.map(({ glimpse, prior, ids }, image) => {
      const { greedy, probabilities } = glimpse
      return this.candidates([{ image, greedy, probabilities }], { prior, count: count + 1, also: ids })
    })
    const cross = Object.fromEntries(
      this.crosses.map((name) => [name, joinRows(read.map(({ glimpse }) => glimpse.cross[name]!))]),
    )
    await this.complete(groups.flat(), cross)
    return groups.map((candidates, place) => otherCandidates(candidates, read[place]!).slice(0, count))
  }

  /** Words that views of one image may show, with what greedy decoding knows of their probabilities. */
  private candidates(
    views: readonly SeenView[],
    { prior, count, also }: { prior: Expectation | null; count: number; also?: readonly number[] },
  ): Candidate[] {
    const options = { ...this.model, words: count, prior }
    const found = views.flatMap(({ greedy, probabilities }) => [
      greedy.ids,
      ...wordsLike(greedy, { ...options, width: Math.max(LIKE_BEAMS, count) }),
      ...ctcBeams(probabilities, { ...options, width: Math.max(CTC_BEAMS, count) }),
    ])
    const different = new Map([...found, ...(also ? [also] : [])].map((ids) => [ids.join(), ids]))
    return [...different.values()].map((ids) => ({
      ids,
      expected: prior ? ids.reduce((expectation, id) => expectation.after(id), prior).ended : 0,
      views: views.map(({ image, greedy }) => ({
        image,
        probabilities: knownProbabilities(ids, greedy, this.model.charset),
      })),
    }))
  }

  /** Lets the decoder say what is not known of the candidates' probabilities. */
  private async complete(candidates: readonly Candidate[], cross: Readonly<Record<string, Value>>): Promise<void> {
    const wanted = candidates.flatMap(({ ids, views }) =>
      views.filter((view) => !isWhole(ids, view)).map((view) => ({ ids, image: view.image, view })),
    )
    for (let start = 0; start < wanted.length; start += MOST_ROWS) {
      const some = wanted.slice(start, start + MOST_ROWS)
      const runs = await this.runOver(cross)(some)
      for (const [row, { ids, view }] of some.entries())
        view.probabilities = probabilitiesOf([...ids, END], runs[row]!, this.model.charset)
    }
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

function asItIs(word: SpelledWord): SettledWord {
  const confidence = productOf(word.probabilities)
  return { ...word, confidence, rank: Math.log(confidence) }
}
