/** Runs the decoder a character at a time, over as many hypotheses as are followed. */
import { START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import type { BeamStep } from '../decode/beam.ts'
import { decoderOf } from '../model/safl.ts'
import type { Session, Value } from '../tensor/index.ts'
import { pickRows } from './rows.ts'

export class StepDecoder {
  /** Of `encoderGraph` and `stepGraph`. */
  private readonly encoder: Session
  private readonly step: Session
  private readonly owned: readonly Session[]
  private readonly settings: ModelSettings

  /** What it does not own is another's to dispose of. */
  constructor(
    settings: ModelSettings,
    { encoder, step, owned }: { encoder: Session; step: Session; owned: readonly Session[] },
  ) {
    this.settings = settings
    this.encoder = encoder
    this.step = step
    this.owned = owned
  }

  async dispose(): Promise<void> {
    for (const session of this.owned) await session.dispose()
  }

  /** Encodes images [B, H, W, 3], and gives what computes the probabilities of characters, and outputs by name. */
  async encode(images: Value, wanted: readonly string[]) {
    const { authorsQuirks } = this.settings
    const { imageParts, states } = decoderOf(this.settings)
    const crosses = imageParts.map(({ name }) => name)
    const encoded = await this.encoder.run({ images }, [...crosses, ...wanted])
    let past = states.map(({ before, shape }) => [before, zeros(shape)] as const)
    let cross: Readonly<Record<string, Value>> = {}
    let shown: readonly number[] = []
    const step: BeamStep = async (rows, length) => {
      const places = rows.map(({ image }) => image)
      if (!sameRows(places, shown)) {
        cross = Object.fromEntries(crosses.map((name) => [name, pickRows(encoded[name]!, places)]))
        shown = places
      }
      const parents = rows.map(({ parent }) => parent)
      const results = await this.step.run({
        ...cross,
        ...Object.fromEntries(past.map(([name, value]) => [name, pickRows(value, parents)])),
        tokens: integers(rows.map(({ id }) => id ?? START)),
        positions: integers(authorsQuirks ? places : rows.map(() => length)),
      })
      past = states.map(({ before, after }) => [before, results[after]!] as const)
      return results.probabilities!.data as Float32Array
    }
    return { step, outputs: Object.fromEntries(wanted.map((name) => [name, encoded[name]!])) }
  }
}

/** What the first step begins with, of one word. */
function zeros(shape: readonly number[]): Value {
  return { type: 'float32', shape: [1, ...shape], data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }
}

function integers(values: readonly number[]): Value {
  return { type: 'int32', shape: [values.length], data: Int32Array.from(values) }
}

function sameRows(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index])
}
