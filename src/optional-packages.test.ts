import { expect, test } from 'vitest'
import { CANVAS, PLOTS, QUEUE, requirePackages, SERVICE } from './optional-packages.ts'

test('what is missing is named with the command that installs it', () => {
  expect(() => requirePackages('safl train', ['@safl/none', 'zod', '@safl/no-more'])).toThrow(
    new Error('safl train needs @safl/none and @safl/no-more: npm install @safl/none @safl/no-more'),
  )
})

test('what is installed is found, of whatever module system', () => {
  expect(() =>
    requirePackages('safl train', [...CANVAS, ...PLOTS, ...SERVICE, ...QUEUE, 'csv-parse', 'commander']),
  ).not.toThrow()
})
