import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mixedSets, wordKinds } from './shared-sets.ts'

const WORDS = { icdar2015: 400, mlt2017: 150, 'road-signs': 500, receipts: 900, characters: 70, 'wire-markers': 10 }

async function sharedFolder(words: Readonly<Record<string, number>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'safl-'))
  for (const [name, count] of Object.entries(words)) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'train.tsv'), 'a.png\tA\n'.repeat(count))
    await writeFile(join(folder, name, 'validation.tsv'), '')
  }
  return folder
}

/** Share of each set of the words that are drawn. */
async function shares(words: Readonly<Record<string, number>>, mixture: 'all' | 'open') {
  const folder = await sharedFolder(words)
  const specs = (await mixedSets(folder, mixture)).map(({ kind, path, weight }) => {
    expect(kind).toBe('lists')
    const name = path.slice(folder.length + 1)
    return { name, drawn: weight! * words[name]! }
  })
  const all = specs.reduce((sum, { drawn }) => sum + drawn, 0)
  return Object.fromEntries(specs.map(({ name, drawn }) => [name, Number((drawn / all).toFixed(3))]))
}

test('kinds have their shares, sets of a kind theirs by size, road signs a tenth of it', async () => {
  expect(await shares(WORDS, 'all')).toEqual({
    icdar2015: 0.4,
    mlt2017: 0.15,
    'road-signs': 0.05,
    receipts: 0.2,
    characters: 0.1,
    'wire-markers': 0.1,
  })
})

test('open sets alone: shares of kinds that are missing fall to the others', async () => {
  expect(await shares(WORDS, 'open')).toEqual({ icdar2015: 0.623, mlt2017: 0.234, 'wire-markers': 0.143 })
  const open = wordKinds.flatMap(({ sets }) => sets.flatMap(({ name, open }) => (open ? [name] : [])))
  expect(open).toEqual(['icdar2015', 'mlt2017', 'wire-markers', 'stamped-metal', 'timber-marks'])
})

test('a folder without any of them gives none', async () => {
  expect(await mixedSets('nowhere', 'all')).toEqual([])
})
