/** Rows of values along their first axis. */
import type { Value } from '../tensor/index.ts'

export function rowsOf({ shape, data }: Value): Float32Array[] {
  const size = data.length / shape[0]!
  return Array.from({ length: shape[0]! }, (_, row) => (data as Float32Array).subarray(row * size, (row + 1) * size))
}

/** One row, not copied. */
export function rowAt({ shape, data, type }: Value, row: number): Value {
  const size = data.length / shape[0]!
  return { type, shape: [1, ...shape.slice(1)], data: data.subarray(row * size, (row + 1) * size) }
}

/** Rows in any order, also more than once; what is empty is as empty for any of them. */
export function pickRows(value: Value, rows: readonly number[]): Value {
  const [count, ...rest] = value.shape as [number, ...number[]]
  if (rows.length === count && rows.every((row, index) => row === index)) return value
  const size = rest.reduce((product, each) => product * each, 1)
  const data = new Float32Array(rows.length * size)
  for (const [place, row] of rows.entries())
    if (size > 0) data.set((value.data as Float32Array).subarray(row * size, (row + 1) * size), place * size)
  return { type: 'float32', shape: [rows.length, ...rest], data }
}

/** The rows of all, one after another. */
export function joinRows(values: readonly Value[]): Value {
  const [first] = values as [Value]
  const data = new Float32Array(values.reduce((sum, value) => sum + value.data.length, 0))
  let end = 0
  for (const value of values) {
    data.set(value.data as Float32Array, end)
    end += value.data.length
  }
  const count = values.reduce((sum, { shape }) => sum + shape[0]!, 0)
  return { ...first, shape: [count, ...first.shape.slice(1)], data }
}
