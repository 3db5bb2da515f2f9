/** Intervals of what is computed from sums over words: Efron's bootstrap, and Student's over seeds. */
import { createRandom } from '../random.ts'

export interface Estimate {
  readonly value: number
  /** 95 % interval. */
  readonly interval: readonly [number, number]
}

export interface BootstrapOptions {
  readonly rounds?: number
  readonly seed?: number
}

/**
 * Resamples rows (one a word) with replacement and computes every statistic from the sums of their columns: 2.5 % of the
 * rounds lie below each interval and 2.5 % above. The rows of a word hold both sides of a comparison and all seeds, so
 * that the intervals are paired. Null where a statistic has no value.
 */
export function bootstrap(
  rows: readonly Float64Array[],
  statistics: readonly ((totals: Float64Array) => number)[],
  { rounds = 2000, seed = 1 }: BootstrapOptions = {},
): (Estimate | null)[] {
  const columns = rows[0]?.length ?? 0
  const flat = new Float64Array(rows.length * columns)
  for (const [place, row] of rows.entries()) flat.set(row, place * columns)
  const totals = new Float64Array(columns)
  const addRow = (place: number) => {
    for (let column = 0; column < columns; column++) totals[column]! += flat[place * columns + column]!
  }
  for (let place = 0; place < rows.length; place++) addRow(place)
  const values = statistics.map((statistic) => statistic(totals))
  const drawn: number[][] = statistics.map(() => [])
  const random = createRandom(seed)
  for (let round = 0; round < rounds; round++) {
    totals.fill(0)
    for (let draw = 0; draw < rows.length; draw++) addRow(Math.floor(random() * rows.length))
    for (const [place, statistic] of statistics.entries()) {
      const value = statistic(totals)
      if (Number.isFinite(value)) drawn[place]!.push(value)
    }
  }
  return values.map((value, place) => {
    const sorted = drawn[place]!.sort((a, b) => a - b)
    if (!Number.isFinite(value) || sorted.length === 0) return null
    const [low, high] = [Math.floor(sorted.length * 0.025), Math.ceil(sorted.length * 0.975) - 1]
    return { value, interval: [sorted[low]!, sorted[high]!] }
  })
}

/** Student's t that 2.5 % exceed, at 1 to 9 degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]

/** 95 % interval of the mean of independent values, such as one a seed; null for fewer than two. */
export function studentInterval(values: readonly number[]): readonly [number, number] | null {
  if (values.length < 2) return null
  const mean = meanOf(values)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const freedom = values.length - 1
  // Beyond the table: Cornish and Fisher's expansion, right to 0.002.
  const t = STUDENT[freedom - 1] ?? 1.96 + 2.372 / freedom + 2.82 / freedom ** 2
  const half = t * Math.sqrt(variance / values.length)
  return [mean - half, mean + half]
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}
