import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPhotographs, type PhotographProblem } from './check-photographs.ts'
import { countPhotographs } from './photograph-statistics.ts'
import { openPhotographs } from './photographs.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'photographs-'))
})
afterAll(() => rm(folder, { recursive: true }))

const writePicture = async (name: string, red: number, words: string | null) => {
  const picture = sharp({ create: { width: 80, height: 60, channels: 3, background: { r: red, g: 0, b: 0 } } })
  await writeFile(join(folder, name), await picture.png().toBuffer())
  if (words !== null) await writeFile(join(folder, `gt_${name.slice(0, -4)}.txt`), words)
}

test('a set of photographs: each fault by its name, and what is in it', async () => {
  await writePicture('a.png', 10, '1,1,40,1,40,11,1,11,Open\n1,20,40,20,40,40,1,40,###\n50,1,70,1,70,41,50,41,?\n')
  await writePicture('b.png', 20, '')
  await writePicture('c.png', 20, '')
  await writePicture('d.png', 30, null)
  await writePicture('e.png', 40, '1,1,40,1\n')
  await writePicture(
    'f.png',
    50,
    [
      '1,1,40,1,1,11,40,11,crossed',
      '1,20,1,30,40,30,40,20,round',
      '1,50,1,50,1,50,1,50,flat',
      '50,1,90,1,90,11,50,11,beyond',
      '50,20,70,20,70,30,50,30,one',
      '50,20,70,20,70,30,50,30,one',
      '50,50,70,50,70,58,50,58,',
      '50,35,70,35,70,45,50,45,Z\u00fcrich',
    ].join('\n'),
  )
  await writeFile(join(folder, 'validation.txt'), 'b.png\n')
  await writeFile(join(folder, 'train.txt'), 'a.png\nc.png\nd.png\ne.png\nf.png\n')
  const set = await openPhotographs({ path: folder, weight: 1 })

  const problems: PhotographProblem[] = []
  const done: number[] = []
  const report = await checkPhotographs(set, {
    onProblem: (problem) => problems.push(problem),
    onProgress: (count) => done.push(count),
  })
  expect(done).toEqual([1, 2, 3, 4, 5, 6])
  expect(problems.map(({ kind, message }) => [kind, message.slice(folder.length + 1)])).toEqual([
    ['unreadable', expect.stringContaining('gt_d.txt: no such file')],
    ['unreadable', expect.stringContaining('gt_e.txt, word 1')],
    ['crossed edges', 'f.png, word 1 ("crossed"): its edges cross: corners go round, from the top left clockwise'],
    ['counter-clockwise', 'f.png, word 2 ("round"): its corners go counter-clockwise'],
    ['no area', 'f.png, word 3 ("flat"): its corners enclose nothing'],
    ['beyond the picture', 'f.png, word 4 ("beyond"): its corner 90,1 is outside of 80x60 pixels'],
    ['marked twice', 'f.png, word 6 ("one"): lies where word 5 lies'],
    ['empty text', 'f.png, word 7 (""): its text is empty; give ? where it is not known'],
    ['outside the charset', 'f.png, word 8 ("Z\u00fcrich"): has "\u00fc"'],
    ['duplicate', expect.stringContaining('b.png: the same picture as ')],
  ])
  expect(report).toMatchObject({ photographs: 6, good: 2, words: 11, counts: { unreadable: 2, 'crossed edges': 1 } })

  expect(await countPhotographs(set)).toMatchObject({
    photographs: 6,
    validation: 1,
    unreadable: 2,
    read: 9,
    unknown: 1,
    ignored: 1,
    perPhotograph: [
      [0, 2],
      [2, 1],
      [8, 1],
    ],
    labels: { labels: 9 },
  })
  const further = await checkPhotographs(set, {
    furtherCharacters: '\u00fc',
    onProblem: () => {},
    onProgress: () => {},
  })
  expect(further.counts['outside the charset']).toBe(0)
})
