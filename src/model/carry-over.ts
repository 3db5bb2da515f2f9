/** Weights of a model with one charset for a model with another. */
import { createCharset, START, UNKNOWN } from '../charset.ts'
import type { Weights } from './scope.ts'

/** Tensors with a row a class. */
const CLASS_ROWS = [
  'decoder.decoder.tgt_embedding.weight',
  'decoder.decoder.fc.weight',
  'decoder.decoder.fc.bias',
  'guidance.weight',
  'guidance.bias',
]

/**
 * `weights` with rows for the further characters of another model. Characters that both models spell keep their rows; a
 * new one begins with the row of the class for unknown characters, which is never right and therefore improbable: what
 * the old model read, the new one reads.
 */
export function carryOver(weights: Weights, { from, to }: { from: string; to: string }): Weights {
  if (from === to) return weights
  const [old, wanted] = [createCharset(from), createCharset(to)]
  const rowOf = (id: number) => (id <= START ? id : (old.idOf.get(wanted.spellings[id]!) ?? UNKNOWN))
  return new Map(
    [...weights].map(([name, { shape, data }]) => {
      if (!CLASS_ROWS.includes(name)) return [name, { shape, data }]
      const [known, ...inner] = shape as [number, ...number[]]
      const width = data.length / known
      const rows = name === CLASS_ROWS[0] ? wanted.embedded : wanted.classes
      const carried = new Float32Array(rows * width)
      for (let id = 0; id < rows; id++) {
        // The classifier of a model without further characters has no row for the start symbol.
        const row = rowOf(id) < known ? rowOf(id) : UNKNOWN
        carried.set(data.subarray(row * width, (row + 1) * width), id * width)
      }
      return [name, { shape: [rows, ...inner], data: carried }]
    }),
  )
}
