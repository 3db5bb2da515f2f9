/**
 * Crops and files that people met (`../shared/cases`): what is read of each, or what is said. What they need is also made up in
 * `test/data/image-kinds.test.ts`, so that it is tested where the folder is missing.
 */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'

const cases = '../shared/cases'
const isThere = existsSync(cases)
if (!isThere) console.warn(`${cases} is missing: its cases are left out`)

describe.skipIf(!isThere)('cases that people met', () => {
  let recognizer: SceneTextRecognizer
  beforeAll(async () => {
    recognizer = await SceneTextRecognizer.load()
  })
  afterAll(() => recognizer.dispose())

  /** The texts or errors of a folder's files, by name. */
  async function readFolder(name: string): Promise<Map<string, string>> {
    const entries = await readdir(join(cases, name), { withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(cases, name, entry.name))
    const found = new Map<string, string>()
    for await (const each of recognizer.recognizeStream(files)) {
      const text = 'error' in each ? each.error.message : each.recognition.text
      found.set(each.source.slice(join(cases, name).length + 1), text)
    }
    return found
  }

  /** The readings of a folder's pictures, in the order of their names. */
  async function readSurely(name: string) {
    const files = (await readdir(join(cases, name))).filter((file) => file.endsWith('.png')).sort()
    const readings = await recognizer.recognizeAll(files.map((file) => join(cases, name, file)))
    return readings.map(({ text, confidence }, place) => ({ name: files[place]!, text, confidence }))
  }

  test('05: letters on transparency', async () => {
    const found = await readFolder('05-transparent-white-text')
    expect(found.size).toBeGreaterThan(0)
    for (const [name, text] of found) expect([name, text]).toEqual([name, 'Station'])
  })

  test('07: formats, modes and depths; what is no image says what it is', async () => {
    const found = await readFolder('07-image-modes')
    const said: Record<string, RegExp> = {
      'a.jp2': /is a JPEG 2000 image: save it as PNG or JPEG/,
      'a.ppm': /is a Netpbm image .*: save it as PNG or JPEG/,
      'a.tga': /is a Targa image: save it as PNG or JPEG/,
      'doc.pdf': /is a PDF document: draw its pages first/,
      'empty.png': /the file is empty/,
      'lfs.png': /is a Git LFS pointer, .*: git lfs pull/,
      'page.html.png': /is a web page, not an image/,
      'photo.heic': /is a HEIC photograph: save it as PNG or JPEG/,
    }
    for (const [name, text] of found) expect(text, name).toMatch(said[name] ?? /^Station$/)
    expect([...found.keys()]).toEqual(expect.arrayContaining([...Object.keys(said), 'bmp24.bmp', 'float01.tif']))
  })

  test('06: crops without a word are empty, or hardly sure', async () => {
    for (const { name, text, confidence } of await readSurely('06-blank-crops'))
      expect(text === '' || confidence < 0.3, `${name} is ${text}, ${confidence}`).toBe(true)
  })

  /** The word is in the file's name, after what was done to it. */
  const wordOf = (name: string) => name.replace(/^(stacked|turned\d+)-/, '').replace('.png', '')
  /** Wait for weights of issue 23: a short number with a mark, upside down or lying. */
  const waiting = ['turned180--40.png', 'turned90--40.png']
  /** A serial number of which the last digit is hardly sure. */
  const exact = 'stacked-TCLU4713493.png'

  test('08: letters above each other, words that lie or stand on their head', async () => {
    const found = await readSurely('08-stacked-vertical')
    expect(found.length).toBeGreaterThan(15)
    for (const { name, text } of found)
      if (![...waiting, exact].includes(name)) expect([name, text]).toEqual([name, wordOf(name)])
    const precise = await SceneTextRecognizer.load({ precision: 'float32' })
    const { text } = await precise.recognize(join(cases, '08-stacked-vertical', exact))
    await precise.dispose()
    expect(text).toBe(wordOf(exact))
  })

  test('11: a word in a crop that is too large', async () => {
    const found = await readSurely('11-loose-crops')
    const words = found.map(({ name, text }) => [name, text.replace(/\W/g, '')])
    expect(words).toEqual(['1985', 'EXIT', 'Name'].map((word) => [`${word}-cell.png`, word]))
  })

  test('09: displays of segments', async () => {
    const found = await readSurely('09-seven-segment')
    const segments = found.filter(({ name }) => !name.startsWith('dots'))
    const right = segments.filter(
      ({ name, text }) => name.replace(/^[a-z0-9]+-|\.png$/g, '').replace('_', ':') === text,
    )
    // In 32 bits 12, by `small` 13: single digits and the smallest wait for further weights.
    expect(segments).toHaveLength(24)
    expect(right.length).toBeGreaterThanOrEqual(11)
  })

  test.todo('09: displays of dots wait for the weights of issue 23')
  test.todo('21: words of 14 to 32 characters wait for the weights of issue 23')
})
