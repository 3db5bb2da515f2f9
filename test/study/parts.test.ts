/** The plan of a study of parts, and what it says of runs whose answers are known. */
import { describe, expect, test } from 'vitest'
import { batchSettings } from '../../src/data/batches.ts'
import { encodingOperations, parametersByPart, readingSize } from '../../src/model/arithmetic.ts'
import { loadPreset } from '../../src/presets/index.ts'
import { analyseParts } from '../../src/study/analyse-parts.ts'
import type { StudyCosts } from '../../src/study/measure-costs.ts'
import { partArms, partPresetOf } from '../../src/study/part-arms.ts'
import { partFindings, partVerdict } from '../../src/study/part-findings.ts'
import { chooseArms, planRuns } from '../../src/study/plan.ts'
import type { StudyRun } from '../../src/study/study-folder.ts'

const study = loadPreset('tiny')
const armOf = (name: string) => partArms.find((arm) => arm.name === name)!
const presetOf = (name: string) => partPresetOf({ arm: armOf(name), seed: 1 }, study)

describe('the arms', () => {
  test('each builds a model, of as many parameters as its parts have', () => {
    const sizes = partArms.map((arm) => {
      const { model, training } = presetOf(arm.name)
      const heads = { ctc: training.ctcWeight > 0, decoder: arm.decoder !== 'ctc' }
      return [arm.name, readingSize(model, heads).parameters]
    })
    // docs/models.md has the parts of tiny, rare-tiny and satrn-tiny; the CTC head has 25,443, of satrn-tiny 9,603.
    const [tiny, rare, satrn] = [3_704_902, 1_854_446, 436_454]
    expect(Object.fromEntries(sizes)).toEqual({
      tiny,
      unguided: tiny,
      'no-rectifier': tiny - 111_808,
      'rare-rectifier': tiny - 111_808 + 95_816,
      recurrent: tiny - 527_616 - 1_632_867 + 790_528 + 272_227,
      'satrn-map': 2_440_918,
      locality: 3_711_302,
      ctc: tiny - 1_632_867,
      'rare-tiny': rare,
      'satrn-tiny': satrn,
      'rare-tiny-gamma0': rare,
      'rare-tiny-gamma2': rare,
      'satrn-tiny-gamma0': satrn,
      'satrn-tiny-gamma2': satrn,
    })
  })

  test('what reads has no less arithmetic than what encodes, and a decoder adds to it', () => {
    const { model } = presetOf('recurrent')
    const encoding = encodingOperations(model)
    const [ctc, both] = [false, true].map((decoder) => readingSize(model, { ctc: true, decoder }).operations)
    expect(ctc).toBeGreaterThan(encoding)
    expect(both).toBeGreaterThan(ctc!)
    expect(parametersByPart(model)).toEqual({
      rectifier: 111_808,
      backbone: 1_407_168,
      encoder: 790_528,
      decoder: 272_227,
    })
  })

  test('all see the same batches; only what an arm says differs from the study', () => {
    const loss = { focalGamma: 0, focalWeight: 0, ctcWeight: 0, outlineWeight: 0 }
    const words = (name: string) => ({ ...batchSettings(presetOf(name)), ...loss })
    for (const { name } of partArms) expect(words(name)).toEqual(words('tiny'))
    expect(presetOf('tiny')).toEqual({ ...study, training: { ...study.training, seed: 1 } })
    const others = ({ model, training }: ReturnType<typeof presetOf>) => [model, { ...training, outlineWeight: 0 }]
    expect(others(presetOf('unguided'))).toEqual(others(presetOf('tiny')))
    expect(presetOf('no-rectifier')).toMatchObject({
      model: { rectifier: { kind: 'none' } },
      training: { outlineWeight: 0 },
    })
    expect(presetOf('ctc').training).toMatchObject({ focalWeight: 0, ctcWeight: 1 })
    expect(presetOf('satrn-tiny').model).toEqual(loadPreset('satrn-tiny').model)
    expect(presetOf('rare-tiny').model).toEqual(loadPreset('rare-tiny').model)
    for (const model of ['rare-tiny', 'satrn-tiny']) {
      const [one, two] = [0, 2].map((gamma) => presetOf(`${model}-gamma${gamma}`))
      expect([one!.training.focalGamma, two!.training.focalGamma]).toEqual([0, 2])
      expect(two).toEqual({ ...one, training: { ...one!.training, focalGamma: 2 } })
    }
  })

  test('parts come before losses, seed by seed; baselines are arms', () => {
    const chosen = chooseArms(partArms, ['rare-tiny-gamma2', 'rare-tiny-gamma0', 'locality', 'tiny'])
    expect(planRuns(chosen, 2).map(({ arm, seed }) => `${arm.name} ${seed}`)).toEqual([
      ...['tiny 1', 'locality 1', 'tiny 2', 'locality 2'],
      ...['rare-tiny-gamma0 1', 'rare-tiny-gamma2 1', 'rare-tiny-gamma0 2', 'rare-tiny-gamma2 2'],
    ])
    for (const { baselines, modelOf } of partArms)
      for (const name of [...baselines, ...(modelOf ? [modelOf] : [])]) expect(armOf(name)).toBeDefined()
  })
})

/** A run that reads `right` of 200 scene words and half of 20 drawn ones. */
function madeUp(arm: string, seed: number, right: (index: number) => boolean, digest = `${seed}`): StudyRun {
  const words = (count: number, isRight: (index: number) => boolean) =>
    Array.from({ length: count }, (_, index) => ({
      index,
      label: `w${index}`,
      prediction: isRight(index) ? `W${index}` : '',
      confidence: 0.5,
    }))
  return {
    arm,
    seed,
    settings: presetOf(arm),
    budget: { words: 100, steps: 3 },
    loss: 1,
    minutes: 2,
    finished: '2026-01-01T00:00:00.000Z',
    node: 'v20',
    training: { words: 100, digest, wordCounts: {}, characterCounts: {} },
    sets: [
      { name: 'lists:words/icdar2015', words: words(150, right) },
      { name: 'lists:words/receipts', words: words(50, right) },
      { name: 'synthetic, curved', words: words(20, (index) => index % 2 === 0) },
    ],
  }
}

const half = (index: number) => index % 2 === 0
const third = (index: number) => index % 3 === 0

describe('what runs say', () => {
  const runs = [1, 2].flatMap((seed) => [madeUp('tiny', seed, half), madeUp('no-rectifier', seed, third)])
  const report = analyseParts(runs, partArms)
  const costs: StudyCosts = {
    machine: 'two cores',
    words: 10,
    arms: ['tiny', 'no-rectifier'].map((arm, place) => ({
      arm,
      parameters: 1e6,
      readOperations: 1e9 / (1 + place),
      trainOperations: 3e9,
      trainWordsPerSecond: 100,
      readMilliseconds: 3,
    })),
  }

  test('accuracy of all real words, of kinds, of sets, of drawn words apart', () => {
    const [tiny] = report.arms
    expect(tiny!.groups.map(({ group, kind, words, value }) => [group, kind, words, value])).toEqual([
      ['all words', 'all', 200, 0.5],
      ['scene words', 'kind', 150, 0.5],
      ['documents', 'kind', 50, 0.5],
      ['lists:words/icdar2015', 'set', 150, 0.5],
      ['lists:words/receipts', 'set', 50, 0.5],
      ['synthetic, curved', 'drawn', 20, 0.5],
    ])
    expect(tiny!.bySeed).toEqual([0.5, 0.5])
    expect(report.arms[1]!.groups[0]!.value).toBeCloseTo((50 + 17) / 200)
  })

  test('differences are paired, word by word, and claimed of two seeds that agree', () => {
    const [comparison, ...others] = report.comparisons
    expect(others).toEqual([])
    expect(comparison).toMatchObject({ arm: 'no-rectifier', baseline: 'tiny', seeds: [1, 2] })
    expect(comparison!.groups[0]!.value).toBeCloseTo(67 / 200 - 0.5)
    expect(comparison!.accuracy).toEqual({ arm: 67 / 200, baseline: 0.5 })
    // Of six words in a row two even ones and one odd one are read by one of the two alone.
    expect(comparison!.different).toBe(99)
    expect(partVerdict(comparison!)).toBe('less')
    expect(partVerdict(analyseParts(runs.slice(0, 2), partArms).comparisons[0]!)).toBe('one seed')
    const unsteady = [...runs.slice(0, 3), madeUp('no-rectifier', 2, (index) => half(index) || index === 1)]
    expect(partVerdict(analyseParts(unsteady, partArms).comparisons[0]!)).toBe('seeds')
    const same = [madeUp('tiny', 1, half), madeUp('unguided', 1, half)]
    expect(partVerdict(analyseParts(same, partArms).comparisons[0]!)).toBe('few')
  })

  test('the sentences', () => {
    const said = partFindings(report, { costs, progress: { planned: 4, done: 4 } })
    expect(said[0]).toBe('SAFL reads 50.0 % of 200 validation words (seeds 1, 2: 50.0 %, 50.0 %).')
    expect(said[1]).toMatch(
      /^no rectifier against SAFL: −16\.5 points .*0\.67 times as many words, at 0\.50 of the arithmetic: it reads less/,
    )
    expect(said[2]).toBe('No arm reads more than SAFL for as much arithmetic or less.')
    const early = partFindings(report, { costs: null, progress: { planned: 9, done: 4 } })
    expect(early.at(-1)).toBe('4 of 9 planned runs are done: all of this may change.')
  })

  test('runs on other pictures are not paired, runs that read other words refused', () => {
    const other = madeUp('no-rectifier', 1, third, 'other')
    expect(analyseParts([runs[0]!, other], partArms)).toMatchObject({
      comparisons: [],
      unpaired: ['no-rectifier and tiny, seed 1'],
    })
    expect(() => analyseParts([runs[0]!, { ...other, sets: other.sets.slice(1) }], partArms)).toThrow(
      /read other validation words/,
    )
  })
})
