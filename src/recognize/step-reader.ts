/** Reads a run of the model a character: beams, words that fulfil demands, and further words. */
import { type Charset, createCharset, START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import type { Constraint } from '../decode/automaton.ts'
import { type BeamRow, type BeamStep, type BeamWord, beamSearch, type OtherCharacter } from '../decode/beam.ts'
import { type ConstraintOptions, compileConstraint } from '../decode/constraint.ts'
import { Expectations, type PriorOptions } from '../decode/prior.ts'
import type { Speller } from '../decode/speller.ts'
import { cacheNames, crossNames, encoderGraph, stepGraph } from '../model/step-graphs.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { type Runtime, Session, type SessionOptions, type Value, writeModel } from '../tensor/index.ts'

/**
 * How words are searched for. With a lexicon, a pattern or allowed characters every reading fulfils them all, however
 * little the image shows such a word: its confidence stays what the model makes of it, and is low then.
 */
export interface SearchOptions extends ConstraintOptions, PriorOptions {
  /** Beginnings of an image that are followed at once; default 5 with a demand, a prior or alternatives, 1 without. */
  readonly beamWidth?: number
  /** How many further words to give of each image at most, default 0. */
  readonly alternatives?: number
  /** How many other characters to give of each place at most, default 0; not of alternatives. */
  readonly characterAlternatives?: number
}

export interface SearchedWord {
  readonly text: string
  /**
   * The model's own probability of the word among all words, whatever was demanded: the product of those of its characters
   * and of the end symbol. With a lexicon both cases of a letter count together.
   */
  readonly confidence: number
  /** Natural logarithm of the confidence, with what a prior says: what readings of one image are compared by. */
  readonly rank: number
  readonly characters: readonly ReadCharacter[]
  readonly alternatives?: readonly Alternative[]
}

export interface ReadCharacter {
  readonly character: string
  /** The model's own after the characters before. */
  readonly probability: number
  /** Others that may stand here after the same characters before, the most probable first; when asked for. */
  readonly alternatives?: readonly OtherCharacter[]
}

export interface Alternative {
  readonly text: string
  readonly confidence: number
}

/** Reads a batch, images [B, H, W, 3]; and gives what else of the encoder was asked for by name. */
export type BatchSearch = (
  images: Value,
  outputs: readonly string[],
) => Promise<{ readonly words: SearchedWord[]; readonly others: Readonly<Record<string, Value>> }>

const DEMANDING_WIDTH = 5
const MOST = 1000

interface Steps {
  readonly settings: ModelSettings
  readonly charset: Charset
  readonly encoder: Session
  readonly step: Session
}

/**
 * Whether the options ask for a search. Where drafts are settled, other words are found without one; and a prior is for a
 * second look alone where there is one.
 */
export function asksForSearch(
  options: SearchOptions,
  { drafts = false, secondLook = true }: { drafts?: boolean; secondLook?: boolean } = {},
): boolean {
  if (options.characterAlternatives) return true
  if (!drafts) return asksForBeams(options)
  const { alternatives, prior, priorWeight, ...demands } = options
  return asksForBeams(secondLook ? demands : { ...demands, prior, priorWeight })
}

function asksForBeams(options: SearchOptions): boolean {
  const { beamWidth = 1, lexicon, pattern, allow, prior, priorWeight, alternatives = 0 } = options
  const wishes = [lexicon, pattern, allow, prior ?? undefined, priorWeight]
  return wishes.some((wish) => wish !== undefined) || beamWidth !== 1 || alternatives !== 0
}

export class StepReader {
  private readonly read: () => Promise<WeightsFile>
  private readonly runtime: Runtime
  private readonly options: SessionOptions
  private readonly encoder: Session | null
  private steps: Promise<Steps> | null = null
  private readonly expectations = new Expectations()
  private compiled: { readonly demands: ConstraintOptions; readonly constraint: Constraint } | null = null

  /** Sessions are made, and the weights read, when they are needed first; an encoder that is given remains the giver's. */
  constructor(
    read: () => Promise<WeightsFile>,
    runtime: Runtime,
    options: SessionOptions,
    encoder: Session | null = null,
  ) {
    this.read = read
    this.runtime = runtime
    this.options = options
    this.encoder = encoder
  }

  /** Checks the options and makes their automaton and prior, once for many batches; those of the last call are kept. */
  async prepare(options: SearchOptions): Promise<BatchSearch> {
    const alternatives = wholeNumber('alternatives', options.alternatives ?? 0, 0)
    const others = wholeNumber('characterAlternatives', options.characterAlternatives ?? 0, 0)
    const isGreedy = !asksForBeams({ ...options, beamWidth: 1 })
    const width = wholeNumber('beamWidth', options.beamWidth ?? (isGreedy ? 1 : DEMANDING_WIDTH), 1)
    this.steps ??= this.open()
    const steps = await this.steps
    const model = { charset: steps.charset, maximumLength: steps.settings.maximumLength }
    const constraint = this.compile(options, model)
    const prior = this.expectations.of(options, model)
    const words = alternatives + 1
    return async (images, outputs) => {
      const batch = images.shape[0]!
      const { step, others: further } = await encode(steps, images, outputs)
      const found = await beamSearch(step, {
        ...model,
        images: batch,
        width: Math.max(width, words),
        words,
        constraint,
        ...(prior && { prior }),
        others,
      })
      return { words: found.map((each) => describe(each, { alternatives, others })), others: further }
    }
  }

  async dispose(): Promise<void> {
    const steps = await this.steps
    this.steps = null
    if (this.encoder === null) await steps?.encoder.dispose()
    await steps?.step.dispose()
  }

  private async open(): Promise<Steps> {
    const { settings, weights } = await this.read()
    const { runtime, options } = this
    return {
      settings,
      charset: createCharset(settings.furtherCharacters),
      encoder: this.encoder ?? (await Session.create(writeModel(encoderGraph(settings, weights)), runtime, options)),
      step: await Session.create(writeModel(stepGraph(settings, weights)), runtime, options),
    }
  }

  private compile({ lexicon, pattern, allow }: ConstraintOptions, model: Speller): Constraint {
    const last = this.compiled?.demands
    const isLast = String(last?.pattern) === String(pattern) && last?.allow === allow
    if (this.compiled && isLast && sameWords(last?.lexicon, lexicon)) return this.compiled.constraint
    const demands = {
      ...(lexicon && { lexicon: [...lexicon] }),
      ...(pattern !== undefined && { pattern }),
      ...(allow !== undefined && { allow }),
    }
    this.compiled = { demands, constraint: compileConstraint(demands, model) }
    return this.compiled.constraint
  }
}

function sameWords(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (!a || !b) return a === b
  return a.length === b.length && a.every((word, index) => word === b[index])
}

/** Throws, with the option's name, what is no whole number from `least` to 1,000. */
export function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least && value <= MOST) return value
  throw new Error(`${name}: ${value} is no whole number from ${least} to ${MOST}`)
}

/** Runs the encoder, and gives what computes the probabilities of the characters after it. */
async function encode({ settings, encoder, step }: Steps, images: Value, outputs: readonly string[]) {
  const layers = Array.from({ length: settings.transformer.decoderLayers }, (_, layer) => cacheNames(layer))
  const crosses = crossNames(layers.length)
  const encoded = await encoder.run({ images }, [...crosses, ...outputs])
  const { heads, width } = settings.transformer
  const empty: Value = { type: 'float32', shape: [1, heads, 0, width / heads], data: new Float32Array(0) }
  let past = layers.flatMap(({ pastKey, pastValue }) => [pastKey, pastValue].map((name) => [name, empty] as const))
  let cross: Readonly<Record<string, Value>> = {}
  let shown: readonly number[] = []
  const run: BeamStep = async (rows, length) => {
    const places = rows.map(({ image }) => image)
    if (!sameRows(places, shown)) {
      cross = Object.fromEntries(crosses.map((name) => [name, pickRows(encoded[name]!, places)]))
      shown = places
    }
    const parents = rows.map(({ parent }) => parent)
    const results = await step.run({
      ...cross,
      ...Object.fromEntries(past.map(([name, value]) => [name, pickRows(value, parents)])),
      tokens: integers(rows.map(({ id }: BeamRow) => id ?? START)),
      positions: integers(settings.authorsQuirks ? places : rows.map(() => length)),
    })
    past = layers.flatMap(({ pastKey, pastValue, presentKey, presentValue }) => [
      [pastKey, results[presentKey]!] as const,
      [pastValue, results[presentValue]!] as const,
    ])
    return results.probabilities!.data as Float32Array
  }
  const others = Object.fromEntries(outputs.map((name) => [name, encoded[name]!]))
  return { step: run, others }
}

function integers(values: readonly number[]): Value {
  return { type: 'int32', shape: [values.length], data: Int32Array.from(values) }
}

function sameRows(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index])
}

/** Rows of a value along its first axis; what is empty is as empty for any of them. */
export function pickRows(value: Value, rows: readonly number[]): Value {
  const [count, ...rest] = value.shape as [number, ...number[]]
  if (rows.length === count && rows.every((row, index) => row === index)) return value
  const size = rest.reduce((product, each) => product * each, 1)
  const data = new Float32Array(rows.length * size)
  for (const [place, row] of rows.entries())
    if (size > 0) data.set((value.data as Float32Array).subarray(row * size, (row + 1) * size), place * size)
  return { type: 'float32', shape: [rows.length, ...rest], data }
}

function describe(
  [best, ...further]: readonly BeamWord[],
  { alternatives, others }: { alternatives: number; others: number },
): SearchedWord {
  const { text, probabilities, rank } = best!
  return {
    text,
    confidence: confidenceOf(best!),
    rank,
    characters: [...text].map((character, index) => ({
      character,
      probability: probabilities[index]!,
      ...(others > 0 && { alternatives: best!.others[index]! }),
    })),
    ...(alternatives > 0 && {
      alternatives: further.map((word) => ({ text: word.text, confidence: confidenceOf(word) })),
    }),
  }
}

function confidenceOf({ score }: BeamWord): number {
  // Rounding may leave a little more than 1.
  return Math.min(Math.exp(score), 1)
}
