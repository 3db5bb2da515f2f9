import { expect, test } from 'vitest'
import { compare } from '../evaluate/validate.ts'
import { loadPreset } from '../presets/index.ts'
import { describeBeginning, describeFigures, validationRecord } from './train-progress.ts'

const image = { width: 1, height: 1, data: new Uint8Array(3) }
const preset = loadPreset('tiny')

function beginning(labels: readonly string[], view: 'alphanumeric' | 'all' = 'alphanumeric'): string[] {
  return describeBeginning({
    preset,
    parameters: 1_234_567,
    from: 'from scratch',
    step: 0,
    sets: [
      { name: 'icdar2015', words: 60, share: 0.75 },
      { name: 'forms', words: 10, share: 0.25 },
    ],
    synth: true,
    validation: labels.map((label) => ({ set: 'icdar2015', label, image })),
    view,
    page: 'runs/a/progress.html',
  })
}

test('a run says what it trains, on what, how it is validated, and where to look', () => {
  expect(beginning(['EXIT', '€'])).toEqual([
    'tiny, 1,234,567 parameters, from scratch: steps 1 to 24000, 32 words each, learning rate cosine',
    '30.0 % of the words are real: icdar2015 60 (22.5 %), forms 10 (7.5 %); the others are synthetic',
    'validation: 2 words of 1 set; best.safetensors by letters and digits',
    'progress: runs/a/progress.html',
  ])
})

test('nothing to compare is said', () => {
  expect(beginning([])[2]).toMatch(/there are no words: nothing is compared, and no best.safetensors is written/)
  expect(beginning(['€', '!'])[2]).toMatch(
    /none of 2 words has a character of those compared \(letters and digits\): .*training.validationView=all/,
  )
  expect(beginning(['€', '!'], 'all')[2]).toMatch(/2 words of 1 set; best.safetensors by all characters/)
})

test('figures of both views, in all and by set, in the log and on the line', () => {
  const found = compare([
    { set: 'a', label: 'Exit', prediction: 'EXIT' },
    { set: 'a', label: '5€', prediction: '5€' },
    { set: 'b', label: '€', prediction: '$' },
  ])
  const record = validationRecord({ step: 4, samples: 8, seconds: 1.6 }, found, 'all')
  expect(record).toMatchObject({ step: 4, seconds: 2, view: 'all', words: 3, alphanumeric: { words: 2, accuracy: 1 } })
  expect(record.accuracy).toBeCloseTo(1 / 3)
  expect(record.sets!.a).toMatchObject({ alphanumeric: { accuracy: 1 }, all: { words: 2, accuracy: 0.5 } })
  expect(describeFigures(found)).toMatch(
    /letters and digits 100.0 % of 2 .*, all characters 33.3 % of 3 \(1-NED .*\); a 100\/50, b -\/0$/,
  )
})
