import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  decodePhotograph,
  formatPhotographSpec,
  openPhotographs,
  parsePhotographSpec,
  readPhotograph,
  readPhotographWords,
} from './photographs.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safl-'))
  const picture = sharp({ create: { width: 12, height: 6, channels: 3, background: { r: 200, g: 100, b: 50 } } })
  const bytes = await picture.jpeg({ quality: 95 }).toBuffer()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await writeFile(join(folder, `${name}.jpg`), bytes)
  await writeFile(
    join(folder, 'gt_a.txt'),
    '\ufeff0,1,10,1,10,5,0,5,Mind, the gap\r\n1,1,2,1,2,2,1,2,###\n3,1,4.5,1,4,2,3,2,?\n',
  )
  await writeFile(join(folder, 'gt_b.txt'), '')
  await writeFile(join(folder, 'gt_d.txt'), '1,2,3,word\n')
})

test('a set by its kind and weight', () => {
  expect(parsePhotographSpec('icdar-e2e:a/b')).toEqual({ path: 'a/b', weight: 1 })
  expect(parsePhotographSpec('icdar-e2e*2.5:C:\\x')).toEqual({ path: 'C:\\x', weight: 2.5 })
  expect(formatPhotographSpec({ path: '/x', weight: 2 })).toBe('icdar-e2e*2:/x')
  for (const wrong of ['icdar:a', 'icdar-e2e:', 'icdar-e2e*0:a', 'icdar-e2e*x:a', 'a'])
    expect(() => parsePhotographSpec(wrong)).toThrow(/is no set of photographs: give icdar-e2e:FOLDER/)
})

describe('a folder', () => {
  const names = async (path: string) => {
    const { photographs } = await openPhotographs({ path, weight: 1 })
    return photographs.map((each) => `${each.path.slice(path.length + 1)} ${each.isValidation}`)
  }

  test('without lists leaves every fifth for validation', async () => {
    const expected = ['a.jpg false', 'b.jpg false', 'c.jpg false', 'd.jpg false', 'e.jpg true', 'f.jpg false']
    expect(await names(folder)).toEqual(expected)
  })

  test('with lists keeps to them', async () => {
    const listed = await mkdtemp(join(tmpdir(), 'safl-'))
    await writeFile(join(listed, 'train.txt'), 'a.jpg\nc.jpg\n')
    await writeFile(join(listed, 'validation.txt'), 'b.jpg\n')
    expect(await names(listed)).toEqual(['a.jpg false', 'c.jpg false', 'b.jpg true'])
  })

  test('that is not there or empty is named', async () => {
    await expect(names(join(folder, 'none'))).rejects.toThrow(/none: no such folder of photographs/)
    await expect(names(await mkdtemp(join(tmpdir(), 'safl-')))).rejects.toThrow(/holds no photographs/)
  })
})

describe('words', () => {
  const file = (name: string) => ({ path: join(folder, name), isValidation: false })

  test('have corners, text with commas, and say whether they count', async () => {
    const words = await readPhotographWords(file('a.jpg'))
    expect(words.map(({ text, ignored }) => [text, ignored])).toEqual([
      ['Mind, the gap', false],
      [null, true],
      [null, false],
    ])
    const corners = [
      [3, 1],
      [4.5, 1],
      [4, 2],
      [3, 2],
    ]
    expect(words[2]!.quadrilateral).toEqual(corners)
    expect(await readPhotographWords(file('b.jpg'))).toEqual([])
  })

  test('that are missing or damaged are named', async () => {
    await expect(readPhotographWords(file('c.jpg'))).rejects.toThrow(/gt_c.txt: no such file; .* has an empty one/)
    await expect(readPhotographWords(file('d.jpg'))).rejects.toThrow(/gt_d.txt, word 1: "1,2,3,word" is not x1,y1/)
  })

  test('come with the picture, which may be decoded smaller', async () => {
    const { image, words } = await readPhotograph(file('a.jpg'))
    expect([image.width, image.height, words.length]).toEqual([12, 6, 3])
    expect(Math.abs(image.data[0]! - 200)).toBeLessThan(6)
    const small = await decodePhotograph(file('a.jpg'), 0.5)
    expect([small.width, small.height, small.data.length]).toEqual([6, 3, 54])
    await expect(decodePhotograph(file('none.jpg'))).rejects.toThrow(/none.jpg: cannot be decoded/)
  })
})
