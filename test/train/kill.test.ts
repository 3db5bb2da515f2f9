import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('a run killed at random moments and resumed ends as one left alone, bit for bit', async () => {
  const args = ['--import', 'tsx', 'tools/kill-run.ts', '--kills', '4', '--steps', '120', '--seed', '7']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const [, kills, resumed] = /(\d+) kills, (\d+) times resumed from a checkpoint/.exec(stdout)!
  expect(Number(kills)).toBeGreaterThan(0)
  expect(Number(resumed)).toBeGreaterThan(0)
  expect(stdout).toMatch(/no difference/)
})
