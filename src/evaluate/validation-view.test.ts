import { describe, expect, test } from 'vitest'
import { decisiveView, isComparable, isRight } from './validation-view.ts'

describe('which view decides', () => {
  test.each([
    ['', 'auto', 'alphanumeric'],
    [' ', 'auto', 'alphanumeric'],
    [' é', 'auto', 'all'],
    ['€', 'auto', 'all'],
    ['€', 'alphanumeric', 'alphanumeric'],
    ['', 'all', 'all'],
  ] as const)('further characters "%s", setting %s: %s', (further, setting, view) => {
    expect(decisiveView(further, setting)).toBe(view)
  })

  test('a label counts in a view where it has a character of it', () => {
    expect([isComparable('€', 'alphanumeric'), isComparable('€', 'all'), isComparable('', 'all')]).toEqual([
      false,
      true,
      false,
    ])
  })
})

test('right in a view: case and punctuation, however accents are written', () => {
  const right = (label: string, prediction: string) =>
    (['alphanumeric', 'all'] as const).map((view) => isRight({ label, prediction }, view))
  expect(right('Exit!', 'EXIT')).toEqual([true, false])
  expect(right('Cafe\u0301', 'Caf\u00e9')).toEqual([true, true])
  expect(right('12€', '12$')).toEqual([true, false])
})
