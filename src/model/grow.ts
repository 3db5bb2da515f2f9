/**
 * Weights of a model for a larger one that computes the same to begin with (Chen et al., Net2Net, arXiv 1511.05641): what
 * the smaller has learned is where the larger begins.
 */
import { sizeOf } from '../tensor/index.ts'
import type { Weights } from './weights.ts'

/** What ends a residual branch: a block or layer in which these are zero passes on what it is given. */
const BRANCH_END = /\.(bn2|out_proj|linear2)\.weight$/

/**
 * Every tensor of `initial` (the larger model with random weights), with what `weights` has of it. Where layers have
 * become wider the first channels are the old ones and do not see the new; blocks and layers that are new begin as
 * shortcuts. A tensor that `weights` lacks otherwise stays as it is in `initial`.
 *
 * Throws where a tensor is smaller than it was. Width and heads of the Transformer must not differ: its norms run over
 * all channels.
 */
export function grow(weights: Weights, initial: Weights): Weights {
  const grown = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>()
  for (const [name, { shape, data }] of initial) {
    const old = weights.get(name)
    if (old) grown.set(name, { shape, data: widened(name, old, { shape, data }) })
    else grown.set(name, { shape, data: isNewBranch(name, weights) ? new Float32Array(data.length) : data })
  }
  return grown
}

/** Whether a tensor ends a branch of a block or layer that `weights` has earlier ones of. */
function isNewBranch(name: string, weights: Weights): boolean {
  const first = name.replace(/(layers?\d*)\.\d+\./, '$1.0.')
  return BRANCH_END.test(name) && first !== name && weights.has(first)
}

/** The old values in the leading corner, zeros where an old row meets a new column, the initial values in new rows. */
function widened(
  name: string,
  old: { readonly shape: readonly number[]; readonly data: Float32Array },
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
): Float32Array {
  if (old.shape.join() === shape.join()) return old.data
  const [rows, columns = 1, ...kernel] = shape as [number, ...number[]]
  const [oldRows, oldColumns = 1, ...oldKernel] = old.shape as [number, ...number[]]
  const fits = old.shape.length === shape.length && oldRows <= rows && oldColumns <= columns
  if (!fits || kernel.join() !== oldKernel.join()) {
    throw new Error(`"${name}" is [${old.shape.join(', ')}] in the weights, [${shape.join(', ')}] in the model`)
  }
  const cell = sizeOf(kernel)
  const result = data.slice()
  for (let row = 0; row < oldRows; row++) {
    const start = row * columns * cell
    result.fill(0, start, start + columns * cell)
    result.set(old.data.subarray(row * oldColumns * cell, (row + 1) * oldColumns * cell), start)
  }
  return result
}
