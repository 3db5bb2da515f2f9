import { expect, test } from 'vitest'
import { initialPoints } from './rare-localization.ts'

const points = { controlPoints: 6, initialMargin: 0.1 } as const

test('straight: a box', () => {
  expect(initialPoints({ ...points, initialPoints: 'straight' })).toEqual([
    [0.1, 0.1],
    [0.5, 0.1],
    [0.9, 0.1],
    [0.1, 0.9],
    [0.5, 0.9],
    [0.9, 0.9],
  ])
})

test('cosine: an arch, highest in the middle, within the image at its ends', () => {
  const found = initialPoints({ ...points, initialPoints: 'cosine' })
  const wanted = [0.35, 0.1, 0.35, 0.9, 0.65, 0.9]
  for (const [place, [, y]] of found.entries()) expect(y).toBeCloseTo(wanted[place]!, 6)
})
