/** A model's tensors by name. */
import type { Shape } from '../tensor/index.ts'

/** Named weights: shape and values. */
export type Weights = ReadonlyMap<string, { readonly shape: Shape; readonly data: Float32Array }>
