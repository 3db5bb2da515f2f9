/** Runs the decoder over whole words that are given: what it would have chosen at every place at once. */
import { END, START } from '../charset.ts'
import type { GivenWord, WordRun } from '../decode/draft.ts'
import type { Session, Value } from '../tensor/index.ts'
import { rowsOf } from './rows.ts'

type Cross = Readonly<Record<string, Value>>

/** What a graph of whole words gives: `wordGraph` or `attentionGraph`. */
export type WordOutput = 'probabilities' | 'attention'

export class WordDecoder {
  private readonly open: (output: WordOutput) => Promise<Session>
  private readonly opened = new Map<WordOutput, Promise<Session>>()

  /** `open` gives a session of the graph with that output, when it is needed first. */
  constructor(open: (output: WordOutput) => Promise<Session>) {
    this.open = open
  }

  /** Also where no word needs it yet. */
  session(output: WordOutput): Promise<Session> {
    const opened = this.opened.get(output) ?? this.open(output)
    this.opened.set(output, opened)
    return opened
  }

  async dispose(): Promise<void> {
    for (const session of this.opened.values()) await (await session).dispose()
  }

  /** What decodes words of the images whose keys and values `cross` holds. */
  over(cross: Cross): WordRun {
    return async (words) => rowsOf((await this.run(words, cross, 'probabilities')).probabilities!)
  }

  /** Where the decoder looks when it spells the images' words, one each, in their order: [B, T, S]. */
  async attention(words: readonly { readonly ids: readonly number[] }[], cross: Cross): Promise<Value> {
    const given = words.map(({ ids }, image) => ({ image, ids }))
    return (await this.run(given, cross, 'attention')).attention!
  }

  private async run(words: readonly GivenWord[], cross: Cross, output: WordOutput) {
    const length = 1 + Math.max(...words.map(({ ids }) => ids.length))
    const tokens = new Int32Array(words.length * length).fill(END)
    for (const [row, { ids }] of words.entries()) tokens.set([START, ...ids], row * length)
    const images = BigInt64Array.from(words, ({ image }) => BigInt(image))
    return (await this.session(output)).run(
      {
        ...cross,
        tokens: { type: 'int32', shape: [words.length, length], data: tokens },
        images: { type: 'int64', shape: [words.length], data: images },
      },
      [output],
    )
  }
}
