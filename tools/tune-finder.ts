/**
 * What a finder's words are worth by their scores: recall, precision and F of validation photographs by the least score, the
 * best of which is chosen on one half and measured on the other; whether scores are the shares that are right; and what the
 * fit behind the scores (`src/find/words-in-maps.ts`) would have to be for them to be so. For weights that are new.
 *
 *   npx tsx tools/tune-finder.ts [--finder FILE] [--data icdar-e2e:DIR]
 */
import { parseArgs } from 'node:util'
import { openPhotographs, parsePhotographSpec, readPhotograph } from '../src/data/photographs.ts'
import { detectionScores, type FoundText } from '../src/evaluate/detection.ts'
import { loadFinder } from '../src/find/load-finder.ts'
import { intersectionArea, intersectionOverUnion, polygonArea } from '../src/image/polygon.ts'
import { distance } from '../src/image/quadrilateral.ts'

const { values } = parseArgs({
  options: {
    finder: { type: 'string' },
    data: { type: 'string', default: 'icdar-e2e:../shared/data/photographs/icdar2015-train' },
  },
})
const finder = await loadFinder({ ...(values.finder !== undefined && { weights: values.finder }), threads: 1 })
const { photographs } = await openPhotographs(parsePhotographSpec(values.data))
const results: { words: Awaited<ReturnType<typeof readPhotograph>>['words']; found: Scored[] }[] = []
for (const file of photographs.filter(({ isValidation }) => isValidation)) {
  const { image, words } = await readPhotograph(file)
  results.push({ words, found: await finder.find(image, { leastScore: 0.1 }) })
}
await finder.dispose()

interface Scored extends FoundText {
  readonly score: number
}

const scoresFrom = (half: typeof results, least: number) =>
  detectionScores(half.map(({ words, found }) => ({ words, found: found.filter(({ score }) => score >= least) })))
const halves = [0, 1].map((half) => results.filter((_, place) => place % 2 === half)) as [
  typeof results,
  typeof results,
]
const percent = (share: number) => (100 * share).toFixed(1).padStart(5)
const leasts = Array.from({ length: 21 }, (_, step) => 0.2 + 0.02 * step)
for (const least of leasts) {
  const { recall, precision, hMean } = scoresFrom(results, least)
  const [first, second] = halves.map((half) => percent(scoresFrom(half, least).hMean))
  const all = `recall ${percent(recall)}  precision ${percent(precision)}  F ${percent(hMean)}`
  console.log(`least score ${least.toFixed(2)}  ${all}  halves ${first} ${second}`)
}
for (const [chosen, measured] of [halves, [halves[1], halves[0]]] as const) {
  const best = leasts.reduce((a, b) => (scoresFrom(chosen, b).hMean > scoresFrom(chosen, a).hMean ? b : a))
  console.log(`best of one half: ${best.toFixed(2)}; F of the other ${percent(scoresFrom(measured, best).hMean)}`)
}

/** Whether each found word that counts is right, its score's logit, the logarithm of its length by its height. */
const samples = results.flatMap(({ words, found }) =>
  found.flatMap(({ quadrilateral, score }) => {
    const [a, b, c, d] = quadrilateral
    const sides = [distance(a, b) + distance(c, d), distance(b, c) + distance(d, a)]
    const covered = (word: (typeof words)[number]) =>
      intersectionArea(word.quadrilateral, quadrilateral) > 0.5 * polygonArea(quadrilateral)
    if (words.some((word) => word.ignored && covered(word))) return []
    const isRight = words.some(
      (word) => !word.ignored && intersectionOverUnion(word.quadrilateral, quadrilateral) > 0.5,
    )
    const logit = Math.log(score / Math.max(1 - score, 1e-6))
    return [{ isRight, score, terms: [1, logit, Math.log(Math.max(...sides) / Math.min(...sides))] as const }]
  }),
)
for (let low = 0.1; low < 0.95; low += 0.1) {
  const within = samples.filter(({ score }) => score >= low && score < low + 0.1)
  const right = within.filter(({ isRight }) => isRight).length
  console.log(
    `scores ${low.toFixed(1)} to ${(low + 0.1).toFixed(1)}: ${percent(right / within.length)} % of ${within.length}`,
  )
}
// Logistic regression by plain gradient ascent.
const factors = [0, 1, 0] as [number, number, number]
for (let step = 0; step < 5000; step++) {
  const slopes = [0, 0, 0]
  for (const { isRight, terms } of samples) {
    const sum = terms.reduce((total, term, place) => total + term * factors[place]!, 0)
    for (const [place, term] of terms.entries()) slopes[place]! += term * (Number(isRight) - 1 / (1 + Math.exp(-sum)))
  }
  for (const [place, slope] of slopes.entries()) factors[place]! += (0.3 * slope) / samples.length
}
const [bias, factor, length] = factors.map((value) => value.toFixed(2))
console.log(
  `for scores that are shares: bias · ${factor} + ${bias}, certainty · ${factor}, length · ${factor} + ${length}`,
)
