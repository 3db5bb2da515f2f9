import { expect, test } from 'vitest'
import type { LogRecord, StepRecord } from './log-record.ts'
import { plotProgress } from './plot-progress.ts'
import { renderProgressPage } from './progress-page.ts'

const step = (number: number, losses: Partial<StepRecord> = {}): StepRecord => ({
  step: number,
  samples: 32 * number,
  seconds: number,
  loss: 3,
  columnLoss: 0,
  ctcLoss: 0,
  outlineLoss: 0,
  rate: 0.01,
  norm: 1,
  samplesPerSecond: 70,
  waiting: 0,
  ...losses,
})

const pageOf = async (records: readonly LogRecord[]) =>
  renderProgressPage('menu <1>', { facts: ['tiny, 3 & more'], sections: await plotProgress(records), seconds: 60 })

const headings = (page: string) => [...page.matchAll(/<h[12]>(.*?)<\/h[12]>/g)].map(([, text]) => text)
/** What stands over the plots. */
const titles = (page: string) =>
  ['Loss a word', 'Columns', 'CTC', 'Outline', 'depthLoss', 'Accuracy by set', 'Learning rate'].filter((title) =>
    new RegExp(`<text[^>]*>${title}`).test(page),
  )

test('before the first step the page says what is trained', async () => {
  const page = await pageOf([])
  expect(headings(page)).toEqual(['Training menu &#60;1&#62;'])
  expect(page).toContain('<li>tiny, 3 &#38; more</li>')
  expect(page).toContain('No step is done yet.')
  expect(page).toContain('<meta http-equiv="refresh" content="60">')
})

test('from the first step there are headings and every loss that has a weight', async () => {
  const page = await pageOf([step(1, { ctcLoss: 9, outlineLoss: 0.0004 })])
  expect(headings(page).slice(1)).toEqual(['Losses', 'Learning rate and speed'])
  expect(titles(page)).toEqual(['Loss a word', 'CTC', 'Outline', 'Learning rate'])
  expect(page).not.toMatch(/(src|href)="/)
})

test('a loss that the log has and this code does not know is drawn by its name', async () => {
  const page = await pageOf([step(1), { ...step(50), depthLoss: 2 } as StepRecord])
  expect(titles(page)).toEqual(['Loss a word', 'depthLoss', 'Learning rate'])
})

test('validation has its heading, and sets their lines where there are several', async () => {
  const figures = { words: 4, accuracy: 0.5, oneMinusNed: 0.7 }
  const views = { alphanumeric: figures, all: figures }
  const record = { step: 50, samples: 9, seconds: 1, view: 'all' as const, ...figures }
  const one = await pageOf([step(1), { ...record, sets: { a: views } }])
  expect(headings(one).slice(1)).toEqual(['Losses', 'Validation', 'Learning rate and speed'])
  expect(titles(one)).not.toContain('Accuracy by set')
  expect(titles(await pageOf([step(1), { ...record, sets: { a: views, b: views } }]))).toContain('Accuracy by set')
})
