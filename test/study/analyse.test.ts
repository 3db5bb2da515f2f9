/** The statistics of a study on runs whose answers are known. */
import { describe, expect, test } from 'vitest'
import { END, encodeText, PADDING } from '../../src/charset.ts'
import { createRandom } from '../../src/random.ts'
import { analyse } from '../../src/study/analyse.ts'
import { arms, presetOf } from '../../src/study/arms.ts'
import { bootstrap, studentInterval } from '../../src/study/bootstrap.ts'
import { findings, verdictOf } from '../../src/study/findings.ts'
import { chooseArms, planRuns } from '../../src/study/plan.ts'
import { SeenWords } from '../../src/study/run-arm.ts'
import { type MadeUp, madeUpRun, STUDY } from './made-up-runs.ts'

const seeds = [1, 2, 3]

/** Seeds 1 to 3 of both arms. `gamma2` may differ a little by seed. */
function study(right0: MadeUp['right'], right2: (set: number, index: number, seed: number) => boolean, rest = {}) {
  return seeds.flatMap((seed) => [
    madeUpRun({ arm: 'gamma0', seed, right: right0, ...rest }),
    madeUpRun({ arm: 'gamma2', seed, right: (set, index) => right2(set, index, seed), ...rest }),
  ])
}

const said = (runs: ReturnType<typeof study>) =>
  findings(analyse(runs), { study: STUDY, planned: planRuns(chooseArms(arms, ['gamma0', 'gamma2']), 3), done: 6 })

describe('the plan', () => {
  test("the paper's question first, seed by seed, arms interleaved", () => {
    const order = planRuns(chooseArms(arms, ['uniform-gamma0', 'gamma2', 'gamma5', 'gamma0']), 2)
    expect(order.map(({ arm, seed }) => `${arm.name} ${seed}`)).toEqual([
      ...['gamma0 1', 'gamma2 1', 'gamma0 2', 'gamma2 2'],
      ...['gamma5 1', 'uniform-gamma0 1', 'gamma5 2', 'uniform-gamma0 2'],
    ])
    expect(() => chooseArms(arms, ['gamma3'])).toThrow(/no arm "gamma3": there are gamma0, gamma2/)
  })

  test('runs of a seed differ from their baseline by the loss alone', () => {
    for (const arm of arms.filter(({ baseline }) => baseline !== null)) {
      const other = arms.find(({ name }) => name === arm.baseline)!
      const [one, two] = [arm, other].map((each) => presetOf({ arm: each, seed: 7 }, STUDY.settings))
      const loss = { focalAlpha: 1, focalGamma: 0 }
      expect({ ...one!, training: { ...one!.training, ...loss } }).toEqual(two)
      expect(two!.training).toMatchObject({ seed: 7, ...loss })
    }
  })
})

describe('intervals', () => {
  test('a bootstrap of paired differences covers the truth nineteen times in twenty', () => {
    const random = createRandom(5)
    let covered = 0
    for (let study = 0; study < 200; study++) {
      const rows = Array.from({ length: 150 }, () => {
        const draw = random()
        return Float64Array.of(draw < 0.2 ? 1 : draw < 0.3 ? -1 : 0, 1)
      })
      const [found] = bootstrap(rows, [(totals) => totals[0]! / totals[1]!], { rounds: 300, seed: study })
      if (found!.interval[0] <= 0.1 && 0.1 <= found!.interval[1]) covered++
    }
    expect(covered / 200).toBeGreaterThan(0.89)
    expect(covered / 200).toBeLessThan(0.99)
  })

  test("Student's interval by hand; nothing for one value or a statistic without words", () => {
    const [low, high] = studentInterval([1, 2, 3])!
    expect([low, high].map((value) => value.toFixed(3))).toEqual(['-0.484', '4.484'])
    expect(studentInterval([1])).toBeNull()
    const wide = studentInterval(Array.from({ length: 21 }, (_, value) => value))!
    expect(wide[1] - 10).toBeCloseTo(2.086 * Math.sqrt(38.5 / 21), 1)
    expect(bootstrap([Float64Array.of(0, 0)], [(totals) => totals[0]! / totals[1]!])).toEqual([null])
  })
})

describe('a report', () => {
  // γ 0 reads a half of both sets; γ 2 reads 20 of 100 words more of the first, and 30 of 300 fewer of the second.
  const mixed = study(
    (_, index) => index % 2 === 0,
    (set, index) => (set === 0 ? index % 2 === 0 || index < 40 : index % 2 === 0 && index >= 60),
  )

  test('differences by set, over all words and as mean of the sets', () => {
    const { comparisons, arms: found } = analyse(mixed)
    const [{ sets, all, meanOfSets, bySeed, seeds: used }] = comparisons as [(typeof comparisons)[0]]
    expect(sets.map(({ group, count, value, nonzero }) => [group, count, value, nonzero])).toEqual([
      ['one', 100, 0.2, 20],
      ['two', 300, -0.1, 30],
    ])
    expect(all.value).toBeCloseTo(-10 / 400)
    expect(meanOfSets.value).toBeCloseTo(0.05)
    expect(meanOfSets.interval[0]).toBeLessThan(0.05)
    expect(meanOfSets.interval[1]).toBeGreaterThan(0.05)
    expect([used, bySeed.map((value) => value.toFixed(3))]).toEqual([seeds, ['-0.025', '-0.025', '-0.025']])
    expect(found.map(({ arm, all: { value } }) => [arm, value])).toEqual([
      ['gamma0', 0.5],
      ['gamma2', 0.475],
    ])
    // Readings are paired: the interval is that of 20 gains and 30 losses among 400, not of two samples of 400.
    const half = 1.96 * Math.sqrt((50 / 400 - 0.025 ** 2) / 400)
    expect(Math.abs((all.interval[1] - all.interval[0]) / 2 / half - 1)).toBeLessThan(0.15)
    expect(all.interval[0]).toBeCloseTo(-0.025 - half, 2)
  })

  test('frequency buckets of words and characters', () => {
    const times = (_: number, index: number) => (index < 50 ? 0 : index < 60 ? 30 : 3)
    const runs = study(
      () => false,
      (set, index) => set === 0 && index < 50 && index % 2 === 0,
      { times },
    )
    const [{ wordFrequency, characterFrequency, rareMinusFrequent }] = analyse(runs).comparisons as [
      ReturnType<typeof analyse>['comparisons'][0],
    ]
    expect(wordFrequency.map(({ group, count, value }) => [group, count, value])).toEqual([
      ['never', 100, 0.25],
      ['2 to 5 times', 280, 0],
      ['21 to 100 times', 20, 0],
    ])
    expect(rareMinusFrequent.words!.value).toBeCloseTo(25 / 380)
    expect(rareMinusFrequent.words!.nonzero).toBe(0)
    // Every word has its "w" and "x", which are among the most frequent characters.
    expect(characterFrequency.map(({ group }) => group)).toEqual(['9 rarest', '9 rare', '9 most frequent'])
    expect(characterFrequency[2]).toMatchObject({ count: 800, value: 50 / 800 })
  })

  test('calibration of each arm', () => {
    const [one] = analyse([
      madeUpRun({ arm: 'gamma0', seed: 1, right: (_, index) => index % 4 === 0, confidence: 0.75 }),
    ]).arms
    expect(one!.eceBySeed[0]).toBeCloseTo(0.5)
    expect([one!.confidence, one!.bins.length]).toEqual([0.75, 1])
  })

  test('runs on other pictures are not paired, runs on other words refused', () => {
    const right = () => true
    const runs = [
      madeUpRun({ arm: 'gamma0', seed: 1, right }),
      madeUpRun({ arm: 'gamma2', seed: 1, right, digest: 'other' }),
    ]
    expect(analyse(runs)).toMatchObject({ comparisons: [], unpaired: ['gamma2 and gamma0, seed 1'] })
    const other = { ...runs[1]!, sets: runs[1]!.sets.slice(1) }
    expect(() => analyse([runs[0]!, other])).toThrow(/read other validation words/)
  })

  test('natural against uniform word frequency', () => {
    const uniform = seeds.flatMap((seed) => [
      madeUpRun({ arm: 'uniform-gamma0', seed, right: () => false }),
      madeUpRun({ arm: 'uniform-gamma2', seed, right: (set) => set === 0 }),
    ])
    const { frequencyEffect } = analyse([...mixed, ...uniform])
    expect(frequencyEffect).toMatchObject({ seeds })
    expect(frequencyEffect!.value).toBeCloseTo(-0.025 - 0.25)
    expect(frequencyEffect!.interval[1]).toBeLessThan(0)
  })
})

describe('sentences', () => {
  const half = (_: number, index: number) => index % 2 === 0

  test('supported, contradicted, across', () => {
    const better = study(half, (_, index, seed) => index % 2 === 0 || index % 10 === 1 || index === 2 * seed + 1)
    expect(said(better)[0]).toMatch(
      /is supported at this size\. γ 2 reads 60\.\d % of the words, cross-entropy 50\.0 %/,
    )
    expect(said(better)[1]).toMatch(/^"On every set" is what the words show: γ 2 is higher on 2 of 2/)
    expect(said(better)[2]).toMatch(/more than the paper's 2\.3 points/)
    const worse = study(half, (_, index, seed) => index % 2 === 0 && index % 10 !== 0 && index !== 2 * seed)
    expect(said(worse)[0]).toMatch(/is contradicted at this size/)
    const same = study(half, (_, index) => (index % 10 < 2 ? index % 2 === 1 : index % 2 === 0))
    expect(said(same)[0]).toMatch(/neither supported nor refuted.*chance alone explains it.*could not be seen/)
    expect(said(same)[2]).toMatch(/within the interval, and so is no difference at all/)
  })

  test('seeds that disagree, and too few of them', () => {
    const unsteady = study(half, (_, index, seed) => index % 2 === 0 || (seed === 1 && index % 5 === 1))
    expect(verdictOf(analyse(unsteady).comparisons[0]!)).toBe('seeds')
    expect(said(unsteady)[0]).toMatch(/too little, against how much the seeds differ/)
    expect(said(unsteady.filter(({ seed }) => seed === 1))[0]).toMatch(/fewer than 3 seeds/)
  })

  test('a study too small to tell says so', () => {
    expect(said(study(half, half))[0]).toMatch(/is not tested at this size.*only 0 of the words differently/)
    expect(said(study(half, half).filter(({ arm }) => arm === 'gamma2'))).toEqual([
      'No seed has been trained with both γ 0 and γ 2 yet: nothing can be said of the claim.',
    ])
    expect(said([])).toHaveLength(1)
  })
})

test('what a run saw is counted in the view of the benchmarks', () => {
  const seen = new SeenWords(new Set(['exit', 'constructor', 'taxi']))
  const words = ['EXIT', 'Exit!', 'Bus']
  const targets = Int32Array.from(
    words.flatMap((word) => [...encodeText(word), END, ...Array(8).fill(PADDING)].slice(0, 8)),
  )
  const batch = { size: 3, length: 8, targets, images: new Uint8Array(3) }
  seen.add(batch)
  const { wordCounts, characterCounts, digest } = seen.summary()
  expect(wordCounts).toEqual({ exit: 2 })
  expect(characterCounts).toEqual({ b: 1, e: 2, i: 2, s: 1, t: 2, u: 1, x: 2 })
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
})
