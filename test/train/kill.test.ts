import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('a run killed at random moments and resumed ends as one left alone, bit for bit', async () => {
  const args = ['--import', 'tsx', 'tools/kill-run.ts', '--kills', '4', '--steps', '100', '--seed', '7']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toMatch(/4 kills, [1-4] times resumed from a checkpoint/)
  expect(stdout).toMatch(/no difference/)
})
