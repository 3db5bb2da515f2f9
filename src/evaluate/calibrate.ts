/** Confidence that means what it says: one temperature for all scores (Guo et al., ICML 2017). */
import type { EvaluatedWord } from './evaluate.ts'
import { isComparable, isRight, type ValidationView } from './validation-view.ts'

/** Confidence of nothing and certainty both cost this much at most. */
const LEAST = 1e-6

/** Mean negative log likelihood of the words being right or wrong as their confidence says, in nats. */
export function confidenceLoss(words: readonly EvaluatedWord[], view: ValidationView = 'alphanumeric'): number {
  let sum = 0
  let counted = 0
  for (const word of words) {
    if (!isComparable(word.label, view)) continue
    const { confidence } = word
    const likely = Math.min(Math.max(isRight(word, view) ? confidence : 1 - confidence, LEAST), 1)
    sum -= Math.log(likely)
    counted++
  }
  return sum / Math.max(counted, 1)
}

/** The temperature of the least loss between two bounds, by golden section on a logarithmic scale. */
export async function findTemperature(
  lossAt: (temperature: number) => Promise<number>,
  { low = 0.2, high = 5, rounds = 10 }: { low?: number; high?: number; rounds?: number } = {},
): Promise<number> {
  const share = (Math.sqrt(5) - 1) / 2
  let [left, right] = [Math.log(low), Math.log(high)]
  let [a, b] = [right - share * (right - left), left + share * (right - left)]
  let [atA, atB] = [await lossAt(Math.exp(a)), await lossAt(Math.exp(b))]
  for (let round = 0; round < rounds; round++) {
    if (atA < atB) {
      ;[right, b, atB] = [b, a, atA]
      a = right - share * (right - left)
      atA = await lossAt(Math.exp(a))
    } else {
      ;[left, a, atA] = [a, b, atB]
      b = left + share * (right - left)
      atB = await lossAt(Math.exp(b))
    }
  }
  return Number(Math.exp((left + right) / 2).toFixed(3))
}
