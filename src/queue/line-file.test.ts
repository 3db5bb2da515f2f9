import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LineFile } from './line-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-lines-'))

test('a new file grows by lines', async () => {
  const path = join(folder, 'new')
  const file = await LineFile.open(path)
  expect([file.count, file.last]).toEqual([0, ''])
  await file.append(['a', 'bü'])
  await file.append([])
  await file.append(['c'])
  await file.close()
  expect(file.count).toBe(3)
  expect(await readFile(path, 'utf8')).toBe('a\nbü\nc\n')
})

test.each([
  ['one\ntwö\nthr', 2, 'twö', 'one\ntwö\nnext\n'],
  ['one\n', 1, 'one', 'one\nnext\n'],
  ['begun', 0, '', 'next\n'],
  [`${'long'.repeat(400_000)}\n\nbegun`, 2, '', `${'long'.repeat(400_000)}\n\nnext\n`],
])('what ends within a line loses it: %#', async (content, count, last, after) => {
  const path = join(folder, 'begun')
  await writeFile(path, content)
  const file = await LineFile.open(path)
  expect([file.count, file.last, content.endsWith(file.begun)]).toEqual([count, last, true])
  expect(await readFile(path, 'utf8')).toBe(content)
  await file.append(['next'])
  await file.close()
  expect(await readFile(path, 'utf8')).toBe(after)
})

test('refuses a file that somebody else writes to, and one that cannot be', async () => {
  const path = join(folder, 'shared')
  const file = await LineFile.open(path)
  await appendFile(path, 'other\n')
  await expect(file.append(['own'])).rejects.toThrow(`${path}: is written by another process, too; name another file`)
  await file.close()
  expect(await readFile(path, 'utf8')).toBe('other\n')
  await expect(LineFile.open(join(folder, 'none', 'file'))).rejects.toThrow('cannot be written (ENOENT)')
})
