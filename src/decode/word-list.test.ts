import { describe, expect, test } from 'vitest'
import { parseWordCounts, parseWordLines } from './word-list.ts'

describe('lists of words', () => {
  test('lines of any system, comments and blank lines left out', () => {
    expect(parseWordLines('# stations\nTaxi \r\n\nCafé\rBus', 'a.txt')).toEqual(['Taxi', 'Café', 'Bus'])
  })

  test('a picture, and text that is not UTF-8, are no text', () => {
    for (const bytes of [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), Buffer.from('Caf\xe9\n', 'latin1')])
      expect(() => parseWordLines(bytes.toString('utf8'), 'crop.png')).toThrow(/lexicon crop.png: is no text in UTF-8/)
    expect(() => parseWordCounts(Buffer.from('the 5\n', 'utf16le').toString('utf8'), 'w.txt')).toThrow(
      /w.txt: is no text/,
    )
    expect(() => parseWordLines('# only a comment\n', 'a.txt')).toThrow(/holds no words/)
  })
})
