/** Spells by beam search, a run of the decoder a character: constraints, priors, and further words. */
import type { Constraint } from '../decode/automaton.ts'
import { type BeamWord, beamSearch } from '../decode/beam.ts'
import { type ConstraintOptions, compileConstraint } from '../decode/constraint.ts'
import { Expectations } from '../decode/prior.ts'
import type { Vocabulary } from '../decode/vocabulary.ts'
import { SaflError } from '../error.ts'
import type { Hypothesis } from './hypothesis.ts'
import { sameWords } from './kept-lists.ts'
import type { SearchOptions } from './reading-options.ts'
import type { Speller } from './speller.ts'
import type { StepDecoder } from './step-decoder.ts'

/** Beams where none are asked for, but constraints, priors or alternatives are. */
const SEARCH_WIDTH = 5

export function asksForBeams(options: SearchOptions): boolean {
  const { beamWidth = 1, lexicon, pattern, allow, prior, priorWeight, alternatives = 0 } = options
  const wishes = [lexicon, pattern, allow, prior ?? undefined, priorWeight]
  const others = options.characterAlternatives ?? 0
  return wishes.some((wish) => wish !== undefined) || beamWidth !== 1 || alternatives !== 0 || others !== 0
}

/** Where spellers that search come from. */
export interface BeamSource {
  /** Rejects where the options are none, or nothing can be searched. */
  speller(options: SearchOptions): Promise<Speller<Hypothesis>>
  dispose(): Promise<void>
}

/** Of what cannot search. */
export function refuseBeams(who: string, remedy: string): BeamSource {
  return {
    async speller() {
      throw new SaflError('unsupported', `${who} knows no beams, lexicons, patterns, priors or alternatives: ${remedy}`)
    },
    async dispose() {},
  }
}

export class BeamSpellers implements BeamSource {
  private readonly open: () => Promise<StepDecoder>
  private decoder: Promise<StepDecoder> | null = null
  private readonly model: Vocabulary
  private readonly expectations = new Expectations()
  private compiled: { readonly wished: ConstraintOptions; readonly constraint: Constraint } | null = null

  /** What runs the decoder is opened when it is needed first. */
  constructor(open: () => Promise<StepDecoder>, model: Vocabulary) {
    this.open = open
    this.model = model
  }

  /** Checks the options and makes their automaton and prior, once for many batches; those of the last call are kept. */
  async speller(options: SearchOptions): Promise<Speller<Hypothesis>> {
    const { model } = this
    const { alternatives = 0, characterAlternatives: others = 0 } = options
    const isSearch = asksForBeams({ ...options, beamWidth: 1, characterAlternatives: 0 })
    const width = options.beamWidth ?? (isSearch ? SEARCH_WIDTH : 1)
    const constraint = this.compile(options)
    const prior = this.expectations.of(options, model)
    const words = alternatives + 1
    this.decoder ??= this.open()
    const decoder = await this.decoder
    return {
      attends: false,
      async spell(images, wanted) {
        const { step, outputs } = await decoder.encode(images, wanted)
        const found = await beamSearch(step, {
          ...model,
          images: images.shape[0]!,
          width: Math.max(width, words),
          words,
          constraint,
          ...(prior && { prior }),
          others,
        })
        return { hypotheses: found.map((each) => describe(each, { alternatives, others })), outputs }
      },
    }
  }

  async dispose(): Promise<void> {
    const decoder = await this.decoder
    this.decoder = null
    await decoder?.dispose()
  }

  private compile({ lexicon, pattern, allow }: ConstraintOptions): Constraint {
    const last = this.compiled?.wished
    const isLast = String(last?.pattern) === String(pattern) && last?.allow === allow
    if (this.compiled && isLast && sameWords(last?.lexicon, lexicon)) return this.compiled.constraint
    const wished = {
      ...(lexicon && { lexicon: [...lexicon] }),
      ...(pattern !== undefined && { pattern }),
      ...(allow !== undefined && { allow }),
    }
    this.compiled = { wished, constraint: compileConstraint(wished, this.model) }
    return this.compiled.constraint
  }
}

function describe(
  [best, ...further]: readonly BeamWord[],
  { alternatives, others }: { alternatives: number; others: number },
): Hypothesis {
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

/** The model's own probability of the word among all words, whatever was wished. */
function confidenceOf({ score }: BeamWord): number {
  // Rounding may leave a little more than 1.
  return Math.min(Math.exp(score), 1)
}

/** A search has found them already. */
export async function searchedAlternatives(read: readonly { readonly hypothesis: Hypothesis }[]) {
  return read.map(({ hypothesis }) => hypothesis.alternatives ?? [])
}
