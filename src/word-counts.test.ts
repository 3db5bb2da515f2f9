import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readWordCounts } from './word-counts.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))

async function read(name: string, content: string) {
  const file = join(folder, name)
  await writeFile(file, content)
  return Object.fromEntries(await readWordCounts(file))
}

test('words with counts, words alone and JSON; both cases count together', async () => {
  expect(await read('counts.txt', '# a comment\nThe 5\r\nthe\t2\n\ncat 1\n')).toEqual({ the: 7, cat: 1 })
  expect(await read('words.txt', 'The\ncat\nCat \n')).toEqual({ the: 1, cat: 2 })
  expect(await read('counts.json', '[{"word": "The", "count": 2.5}]')).toEqual({ the: 2.5 })
})

test('what is neither is named with its file', async () => {
  await expect(read('gap.txt', 'the 5\ncat\n')).rejects.toThrow(/gap\.txt: no word and count in "cat"/)
  await expect(read('zero.txt', 'the 0\n')).rejects.toThrow(/zero\.txt: no word and count in "the 0"/)
  await expect(read('counted.txt', 'the 5\nnew york 5\n')).rejects.toThrow(/no word and count in "new york 5"/)
  await expect(read('uncounted.txt', 'the 5\nthe five\n')).rejects.toThrow(/no word and count in "the five"/)
  await expect(read('phrase.txt', 'new york\n')).rejects.toThrow(/phrase\.txt: no word and count in "new york"/)
  await expect(read('list.json', '["the"]')).rejects.toThrow(/list\.json: must be a list of/)
  await expect(read('broken.json', '[')).rejects.toThrow(/broken\.json: must be a list of/)
  await expect(read('empty.txt', '# nothing\n')).rejects.toThrow(/empty\.txt: holds no words/)
  await expect(readWordCounts(join(folder, 'absent.txt'))).rejects.toThrow(/absent\.txt: cannot be read/)
})
