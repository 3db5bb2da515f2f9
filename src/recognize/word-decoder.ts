/** Runs the decoder over whole words that are given: what it would have chosen at every place at once. */
import { END, START } from '../charset.ts'
import type { GivenWord, WordRun } from '../decode/draft.ts'
import type { Session, Value } from '../tensor/index.ts'
import { rowsOf } from './rows.ts'

type Cross = Readonly<Record<string, Value>>

export class WordDecoder {
  private readonly open: () => Promise<Session>
  private opened: Promise<Session> | null = null

  /** `open` gives a session of `wordGraph`, when it is needed first. */
  constructor(open: () => Promise<Session>) {
    this.open = open
  }

  /** Also where no word needs it yet. */
  session(): Promise<Session> {
    this.opened ??= this.open()
    return this.opened
  }

  async dispose(): Promise<void> {
    await (await this.opened)?.dispose()
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

  private async run(words: readonly GivenWord[], cross: Cross, output: 'probabilities' | 'attention') {
    const length = 1 + Math.max(...words.map(({ ids }) => ids.length))
    const tokens = new Int32Array(words.length * length).fill(END)
    for (const [row, { ids }] of words.entries()) tokens.set([START, ...ids], row * length)
    const images = BigInt64Array.from(words, ({ image }) => BigInt(image))
    return (await this.session()).run(
      {
        ...cross,
        tokens: { type: 'int32', shape: [words.length, length], data: tokens },
        images: { type: 'int64', shape: [words.length], data: images },
      },
      [output],
    )
  }
}
