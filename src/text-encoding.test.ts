import { describe, expect, test } from 'vitest'
import { decodeBytes, decodeFile, escapeControls, findEncoding, showText } from './text-encoding.ts'

const little = (text: string) => Buffer.from(text, 'utf16le')
const big = (text: string) => little(text).swap16()
const latin = (text: string) => Buffer.from(text, 'latin1')

describe('encodings', () => {
  test.each([
    ['\ufeff1.png\tCafé', Buffer.from('\ufeff1.png\tCafé')],
    ['UTF-16, little-endian', little('\ufeff1.png\tCafé')],
    ['UTF-16, big-endian', big('\ufeff1.png\tCafé')],
    ['no mark, little-endian', little('1.png\tCafé')],
    ['no mark, big-endian', big('1.png\tCafé')],
  ])('%s', (_, bytes) => {
    expect(decodeFile(bytes)).toBe('1.png\tCafé')
  })

  test('of UTF-16 without a mark, words that are not Latin hide no zeros of the names', () => {
    expect(findEncoding(little('images/1.png\t出口はこちらです\n'))).toEqual({ name: 'utf-16le', mark: 0, width: 2 })
    expect(findEncoding(Buffer.from('images/1.png\t出口\n'))).toEqual({ name: 'utf-8', mark: 0, width: 1 })
    expect(findEncoding(Buffer.from('1.png\ta\0b\n')).name).toBe('utf-8')
    expect(findEncoding(Buffer.alloc(0)).name).toBe('utf-8')
  })

  test('what is not read says what would do', () => {
    expect(() => findEncoding(Buffer.from([0xff, 0xfe, 0, 0, 0x31, 0, 0, 0]))).toThrow(/iconv -f UTF-32 -t UTF-8/)
    const picture = Buffer.from(Array.from({ length: 200 }, (_, index) => (index * 37) % 251))
    expect(() => findEncoding(picture)).toThrow(/is no text, but a picture/)
    expect(() => decodeBytes(latin('5.png\tCafé'))).toThrow(
      'is not UTF-8 text. As Windows-1252 it is "5.png\\tCafé": if that is right, `iconv -f WINDOWS-1252 -t UTF-8`',
    )
    expect(() => decodeBytes(Buffer.from('312e706e6709cff0e8e2e5f2', 'hex'))).toThrow(
      /is not UTF-8 text; find out its encoding .*iconv -f ENCODING -t UTF-8/,
    )
    expect(() => decodeBytes(Buffer.from('a\0b'))).toThrow(/holds a zero byte/)
    expect(() => decodeBytes(Buffer.from([0x00, 0xd8, 0x41, 0x00]), 'utf-16le')).toThrow(/is not UTF-16LE text/)
  })
})

test('control characters are never printed as they are', () => {
  expect(escapeControls('a\0\u0007\t\n\r\u009bé')).toBe('a\\u0000\\u0007\\t\\n\\r\\u009bé')
  expect(showText('w'.repeat(90), 4)).toBe('"wwww…"')
})
