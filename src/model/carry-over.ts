/** Weights of a model with one charset for a model with another. */
import { BLANK, type Charset, createCharset, START, UNKNOWN } from '../charset.ts'
import type { Weights } from './weights.ts'

/** Tensors with a row a class. */
const CLASS_ROWS = [
  'decoder.decoder.tgt_embedding.weight',
  'decoder.decoder.fc.weight',
  'decoder.decoder.fc.bias',
  'guidance.weight',
  'guidance.bias',
]
const CTC_WEIGHT = 'ctc.weight'
const CTC_BIAS = 'ctc.bias'
/** How far below the others' least bias that of a new class of the head begins. */
const IMPROBABLE = 5

/**
 * `weights` with rows for the further characters of another model. Characters that both models spell keep their rows; a
 * new one begins with the row of the class for unknown characters, which is never right and therefore improbable, in the
 * head of connectionist temporal classification with a bias that makes it so: what the old model read, the new one reads.
 * With the same characters, weights whose head was trained without the further ones get its missing rows.
 */
export function carryOver(weights: Weights, { from, to }: { from: string; to: string }): Weights {
  const [old, wanted] = [createCharset(from), createCharset(to)]
  if (from === to && isWhole(weights, wanted)) return weights
  const rowOf = (id: number) => (id <= START ? id : (old.idOf.get(wanted.spellings[id]!) ?? UNKNOWN))
  return new Map(
    [...weights].map(([name, tensor]) => {
      if (name === CTC_WEIGHT || name === CTC_BIAS) return [name, ctcRows(name, tensor, { old, wanted })]
      if (!CLASS_ROWS.includes(name) || from === to) return [name, tensor]
      const { shape, data } = tensor
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

function isWhole(weights: Weights, { ctcClasses }: Charset): boolean {
  const bias = weights.get(CTC_BIAS)
  return bias === undefined || bias.data.length === ctcClasses
}

function ctcRows(
  name: string,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  { old, wanted }: { old: Charset; wanted: Charset },
) {
  const [known, ...inner] = shape as [number, ...number[]]
  const width = data.length / known
  const rows = wanted.ctcClasses
  const carried = new Float32Array(rows * width).fill(name === CTC_BIAS ? Math.min(...data) - IMPROBABLE : 0)
  for (let id = 0; id < rows; id++) {
    const row = id <= BLANK ? id : (old.idOf.get(wanted.spellings[id]!) ?? known)
    if (row < known) carried.set(data.subarray(row * width, (row + 1) * width), id * width)
  }
  return { shape: [rows, ...inner], data: carried }
}
