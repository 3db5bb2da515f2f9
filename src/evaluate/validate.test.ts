import { describe, expect, test } from 'vitest'
import { compare, shareOut } from './validate.ts'

describe('how many words of each set', () => {
  test('all where there is room, and none of an empty set', () => {
    expect(shareOut([3, 0, 40], 500)).toEqual([3, 0, 40])
  })

  test('every set has twenty or all that it has; beyond them the larger ones have more', () => {
    const counts = shareOut([894, 10, 4, 528, 131], 200)
    expect(counts.reduce((a, b) => a + b, 0)).toBe(200)
    expect(counts.slice(1, 3)).toEqual([10, 4])
    // 126 beyond the least, of 874, 508 and 111.
    expect([counts[0], counts[3], counts[4]]).toEqual([94, 63, 29])
  })

  test('never more than asked for', () => {
    expect(shareOut([50, 50, 50], 10).reduce((a, b) => a + b, 0)).toBe(10)
    expect(shareOut([50, 50], 1).reduce((a, b) => a + b, 0)).toBe(1)
  })
})

test('both views, in all and by set: case, spaces, punctuation and accents count in one of them', () => {
  const { all, alphanumeric, sets } = compare([
    { set: 'a', label: 'Exit', prediction: 'EXIT' },
    { set: 'a', label: '50% OFF', prediction: '50OFF' },
    { set: 'a', label: 'Cafe\u0301', prediction: 'Caf\u00e9' },
    { set: 'b', label: '€', prediction: '$' },
  ])
  expect([alphanumeric.words, alphanumeric.accuracy]).toEqual([3, 1])
  expect([all.words, all.accuracy]).toEqual([4, 0.25])
  expect(sets.a!.all.accuracy).toBeCloseTo(1 / 3)
  expect([sets.b!.alphanumeric.words, sets.b!.all.words]).toEqual([0, 1])
})
