/** What lies between backbone and decoder: features at places of the straight word, in one row or in several. */
import type { ModelSettings } from '../config.ts'
import { emit, mean, reshape, sum, type Tensor } from '../tensor/index.ts'

/** Symbol: places of a map of several rows whose columns are known at run time alone. */
const PLACES = -7
/** And its columns. */
const COLUMNS = -8

/** Shapes: P = R · S places, R rows of S columns, four pixels of the straight word apart. */
export interface FeatureMap {
  /** [B, P, D], row by row from left to right. */
  readonly places: Tensor
  readonly rows: number
  /** S; a symbol where it is known at run time alone. */
  readonly columns: number
  /** Where the first column's centre lies, pixels of the straight word. */
  readonly firstColumn: number
}

/** Rows of the map that a model's decoder attends to. */
export function mapRows({ backbone, textHeight }: ModelSettings): number {
  return backbone.kind === 'satrn' ? textHeight / 4 : 1
}

/** `x[B, P, D]` → [B, R, S, D]. */
export function asMap(x: Tensor, { rows, columns }: Pick<FeatureMap, 'rows' | 'columns'>): Tensor {
  const [batch, places, width] = x.shape as [number, number, number]
  const shape = [batch, rows, columns, width]
  // Zero: as many as there are; what is left is the columns.
  return places > 0 ? reshape(x, shape) : emit('Reshape', [x, x.graph.integers([0, rows, -1, width])], shape)
}

/** `x[B, R, S, D]` → [B, P, D]. */
export function asPlaces(x: Tensor): Tensor {
  const [batch, rows, columns, width] = x.shape as [number, number, number, number]
  if (columns > 0) return reshape(x, [batch, rows * columns, width])
  const places = rows === 1 ? columns : PLACES
  return emit('Reshape', [x, x.graph.integers([0, -1, width])], [batch, places, width])
}

/** The mean of each column, [B, S, D]; what has one row stays as it is. */
export function columnMeans({ places, rows, columns }: Pick<FeatureMap, 'places' | 'rows' | 'columns'>): Tensor {
  return rows === 1 ? places : mean(asMap(places, { rows, columns }), { axes: [1] })
}

/** Attention to all places, [B, T, P], as that to the columns, [B, T, S]. */
export function overRows(attention: Tensor, rows: number): Tensor {
  if (rows === 1) return attention
  const [batch, steps, places] = attention.shape as [number, number, number]
  const columns = places > 0 ? places / rows : COLUMNS
  const { graph } = attention
  const shape = [batch, steps, rows, columns]
  return sum(emit('Reshape', [attention, graph.integers([0, 0, rows, -1])], shape), { axes: [2] })
}
