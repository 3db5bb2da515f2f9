import { expect, test } from 'vitest'
import { Highest } from './highest.ts'

test('the highest stay, highest first, of equals the first', () => {
  const highest = new Highest<{ rank: number; name: string }>(3)
  expect([highest.bar, highest.sorted()]).toEqual([Number.NEGATIVE_INFINITY, []])
  const names = ['b2', 'a1', 'c3', 'd2', 'e3', 'f0', 'g4', 'hNaN']
  for (const name of names) highest.add({ rank: Number(name.slice(1)), name })
  expect(highest.sorted().map(({ name }) => name)).toEqual(['g4', 'c3', 'e3'])
  expect(highest.bar).toBe(3)
})
