/** What `safl evaluate` says of words that are compared in part or not at all, and what it leaves when it fails. */
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { runSafl } from '../run-safl.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-evaluate-'))

const evaluate = (...args: string[]) => runSafl('evaluate', ...args)

const picture = (text: string) =>
  sharp(
    Buffer.from(
      `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">${text}</text></svg>`,
    ),
  )
    .png()
    .toBuffer()

beforeAll(async () => {
  await writeFile(join(folder, 'exit.png'), await picture('EXIT'))
  await writeFile(
    join(folder, 'labels.tsv'),
    'exit.png\tEXIT\nexit.png\tÉXIT\nexit.png\tTaxi\u0007\nexit.png\t出口\nexit.png\t&\n',
  )
})

test('left-out words are listed apart from wrong ones, and no control character is printed', async () => {
  const { code, out, err } = await evaluate('--wrong', '--no-prior', '--data', `tsv:${join(folder, 'labels.tsv')}`)
  const [summary, ...lines] = out.trimEnd().split('\n')
  expect([code, summary]).toEqual([0, expect.stringMatching(/: 3 words \(2 with nothing to compare left out\)/)])
  expect(lines.map((line) => line.split('\t').slice(0, 3))).toEqual([
    ['1', 'ÉXIT', 'EXIT'],
    ['2', 'Taxi\\u0007', 'EXIT'],
    ['left out of the count, with nothing to compare:'],
    ['3', '出口', 'EXIT'],
    ['4', '&', 'EXIT'],
  ])
  expect(err).toMatch(/2 words have characters beyond ASCII that are left out .*"ÉXIT", compared as "xit": --normalize/)
})

test('--normalize nfkd compares É as E', async () => {
  const data = ['--data', `tsv:${join(folder, 'labels.tsv')}`]
  const { out, err } = await evaluate('--json', '--no-prior', '--normalize', 'nfkd', ...data)
  expect(JSON.parse(out)).toMatchObject({ words: 3, left: 2, accuracy: 2 / 3, partly: 1 })
  expect(err).toMatch(/1 word has characters beyond ASCII that are left out/)
  expect((await evaluate('--normalize', 'nfd', ...data)).err).toMatch(/none, nfkd/)
})

test('a lexicon that is a picture is no text; an evaluation that fails leaves no folder of its own', async () => {
  const data = ['--data', `tsv:${join(folder, 'labels.tsv')}`]
  const image = join(folder, 'exit.png')
  const { code, err } = await evaluate(...data, '--lexicon', image, '--report', join(folder, 'new', 'report'))
  expect([code, err]).toEqual([1, expect.stringMatching(/^safl: lexicon .*exit.png: is no text/)])
  await mkdir(join(folder, 'mine'))
  const missing = await evaluate('--data', 'tsv:none.tsv', '--report', join(folder, 'mine'))
  expect([missing.code, missing.err]).toEqual([1, 'safl: none.tsv: no such file of labels\n'])
  expect((await readdir(folder)).sort()).toEqual(['exit.png', 'labels.tsv', 'mine'])
})
