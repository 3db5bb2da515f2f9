/** Reads by drafts that the decoder settles, and compares words that are not sure: weights with a CTC head. */
import { type Expectation, Expectations, type WordCounts } from '../decode/prior.ts'
import type { RgbImage } from '../image/image.ts'
import { asksForBeams, type BeamSource, searchedAlternatives } from './beam-speller.ts'
import { Comparison } from './comparison.ts'
import { type DraftHypothesis, type Drafting, draftSpeller } from './draft-speller.ts'
import type { Engine } from './engine.ts'
import type { ReadView } from './hypothesis.ts'
import { recognizeCrops } from './pipeline.ts'
import { inBatches } from './read-views.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Alternative, Recognition } from './recognition.ts'
import { compareViews, expectingLook } from './second-look.ts'
import type { Speller } from './speller.ts'
import type { Views } from './views.ts'

export interface DraftParts extends Drafting {
  readonly beams: BeamSource
  readonly views: Views
  /** What is expected of words that are not sure, unless the options say otherwise; null for nothing. */
  readonly words: () => Promise<WordCounts | null>
}

export class DraftEngine implements Engine {
  private readonly parts: DraftParts
  private readonly drafts: Speller<DraftHypothesis>
  /** By the decoder alone: its probabilities in several views are of one scale. */
  private readonly settled: Speller<DraftHypothesis>
  private readonly comparison: Comparison
  private readonly expectations = new Expectations()

  constructor(parts: DraftParts) {
    const { encoder, decoder, model } = parts
    this.parts = parts
    this.drafts = draftSpeller(parts)
    this.settled = draftSpeller({ ...parts, ctcSure: undefined })
    this.comparison = new Comparison(encoder, decoder, model)
  }

  async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions): Promise<Recognition[]> {
    const { beams, model, views, words } = this.parts
    // A prior that is none is refused whether a word asks for it or not.
    this.expectations.of(options, model)
    if (needsBeams(options)) {
      const speller = await beams.speller(options)
      const secondLook = expectingLook(speller, { views, beams, words, options })
      return recognizeCrops(
        images,
        { views, speller, quick: speller, secondLook, alternatives: searchedAlternatives },
        options,
      )
    }
    const expect = () => this.expect(options)
    const secondLook = compareViews(this.comparison, { views, charset: model.charset, expect, options })
    const alternatives = (read: readonly ReadView<DraftHypothesis>[]) => this.alternatives(read, options)
    return recognizeCrops(
      images,
      { views, speller: this.settled, quick: this.drafts, secondLook, alternatives },
      options,
    )
  }

  async dispose(): Promise<void> {
    const { beams, encoder, decoder } = this.parts
    await beams.dispose()
    await encoder.session.dispose()
    await decoder.dispose()
  }

  private async expect({ prior, priorWeight }: RecognizeOptions): Promise<Expectation | null> {
    const words = prior === undefined ? await this.parts.words() : prior
    return this.expectations.of({ prior: words, priorWeight }, this.parts.model)
  }

  private async alternatives(
    read: readonly ReadView<DraftHypothesis>[],
    options: RecognizeOptions,
  ): Promise<Alternative[][]> {
    const found: Alternative[][] = Array(read.length)
    const seen = read.map(({ view }) => view)
    await inBatches(seen, options, async (places) => {
      const hypotheses = places.map((place) => read[place]!.hypothesis)
      const others = await this.comparison.alternatives(hypotheses, options.alternatives ?? 0)
      for (const [row, place] of places.entries()) found[place] = others[row]!
    })
    return found
  }
}

/** Other words are found without a search, and a prior is for the second look alone where there is one. */
function needsBeams({ alternatives, ...options }: RecognizeOptions): boolean {
  const { secondLook = true, characterAlternatives = 0 } = options
  if (characterAlternatives > 0 || !secondLook) return asksForBeams(options)
  const { prior, priorWeight, ...others } = options
  return asksForBeams(others)
}
