/** Runs the encoder: images in, what decoders attend to and what the CTC head sees out. */
import type { Decoder } from '../model/decoder.ts'
import type { Session, Value } from '../tensor/index.ts'
import { rowsOf } from './rows.ts'

/** What the encoder makes of a batch. */
export interface Encoded {
  /** What the decoder attends to, by name, [B, ...] each. */
  readonly cross: Readonly<Record<string, Value>>
  /** Of the CTC head, [S, C] an image. */
  readonly probabilities: readonly Float32Array[]
  /** What was asked for beside them. */
  readonly outputs: Readonly<Record<string, Value>>
}

export class Encoder {
  /** Of `encoderGraph`, with a CTC head. */
  readonly session: Session
  /** Names of what the decoder attends to. */
  readonly crosses: readonly string[]

  constructor(session: Session, { imageParts }: Pick<Decoder, 'imageParts'>) {
    this.session = session
    this.crosses = imageParts.map(({ name }) => name)
  }

  /** Images [B, H, W, 3], uint8. */
  async encode(images: Value, wanted: readonly string[] = []): Promise<Encoded> {
    const encoded = await this.session.run({ images }, [...this.crosses, 'ctc_probabilities', ...wanted])
    const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, encoded[name]!]))
    return {
      cross: named(this.crosses),
      probabilities: rowsOf(encoded.ctc_probabilities!),
      outputs: named(wanted),
    }
  }
}
