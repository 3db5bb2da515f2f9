/** Reads by one finished graph, and by beams where there are any: exported files, CTC alone, weights without a CTC head. */
import type { WordCounts } from '../decode/prior.ts'
import type { RgbImage } from '../image/image.ts'
import type { Session } from '../tensor/index.ts'
import { asksForBeams, type BeamSource, searchedAlternatives } from './beam-speller.ts'
import type { Engine } from './engine.ts'
import type { Hypothesis } from './hypothesis.ts'
import { recognizeCrops } from './pipeline.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'
import { expectingLook } from './second-look.ts'
import type { Speller } from './speller.ts'
import type { Views } from './views.ts'

export class GraphEngine implements Engine {
  private readonly session: Session
  private readonly greedy: Speller<Hypothesis>
  private readonly beams: BeamSource
  private readonly views: Views
  private readonly words: () => Promise<WordCounts | null>

  /** `words`: what is expected of words that are not sure, by beams; null for none. */
  constructor(parts: {
    session: Session
    speller: Speller<Hypothesis>
    beams: BeamSource
    views: Views
    words: () => Promise<WordCounts | null>
  }) {
    this.session = parts.session
    this.greedy = parts.speller
    this.beams = parts.beams
    this.views = parts.views
    this.words = parts.words
  }

  async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions): Promise<Recognition[]> {
    const { views, beams, words } = this
    const speller = asksForBeams(options) ? await beams.speller(options) : this.greedy
    const secondLook = expectingLook(speller, { views, beams, words, options })
    return recognizeCrops(
      images,
      { views, speller, quick: speller, secondLook, alternatives: searchedAlternatives },
      options,
    )
  }

  async dispose(): Promise<void> {
    await this.beams.dispose()
    await this.session.dispose()
  }
}
