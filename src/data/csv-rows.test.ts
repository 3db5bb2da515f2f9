import { describe, expect, test } from 'vitest'
import { countLines, readLayout, readRow } from './csv-rows.ts'

const layoutOf = (header: string) => readLayout(header)!

describe('layout', () => {
  test.each([
    ['filename,words', ',', 0, 1],
    ['words;filename', ';', 1, 0],
    ['id\tfile_name\ttext', '\t', 1, 2],
    ['File_Name | Text', '|', 0, 1],
    ['"filename";"words"', ';', 0, 1],
  ])('%j', (header, delimiter, fileColumn, labelColumn) => {
    expect(readLayout(header)).toMatchObject({ delimiter, fileColumn, labelColumn })
  })

  test('none where a column is missing', () => {
    expect([readLayout('id,words'), readLayout('1.png,Tel'), readLayout('filename words')]).toEqual([null, null, null])
  })
})

describe('rows', () => {
  test.each([
    ['filename,words', '1.png,Hello, world', { file: '1.png', label: 'Hello, world' }],
    ['filename,words', '1.png,"Hello, world"', { file: '1.png', label: 'Hello, world' }],
    ['filename,words', '1.png, "Hello, world"', { file: '1.png', label: 'Hello, world' }],
    ['filename,words', '1.png,1,234.50', { file: '1.png', label: '1,234.50' }],
    ['filename,words', '1.png,"say ""hi"""', { file: '1.png', label: 'say "hi"' }],
    ['filename,words', '1.png,5" x 7"', { file: '1.png', label: '5" x 7"' }],
    ['filename,words', '1.png,"open', { file: '1.png', label: '"open' }],
    ['filename,words', '1.png,', { file: '1.png', label: '' }],
    ['filename,words', '"a, b.png",1,5', { file: 'a, b.png', label: '1,5' }],
    ['filename;words', '1.png;1,5; 2', { file: '1.png', label: '1,5; 2' }],
    ['filename\twords', '1.png\ta\tb', { file: '1.png', label: 'a\tb' }],
    ['words,filename', 'Tel,1.png', { file: '1.png', label: 'Tel' }],
    ['filename,words,score', '1.png,"A,B",0.9', { file: '1.png', label: 'A,B' }],
    ['filename,words,score', '1.png,5",0.9', { file: '1.png', label: '5"' }],
  ])('%s: %s', (header, row, entry) => {
    expect(readRow(row, layoutOf(header))).toEqual(entry)
  })

  test.each([
    ['filename,words', '1.png', /has no "," between file and word: "1.png"/],
    ['filename,words', ',Tel', /names no file/],
    ['words,filename', 'Hello, world,1.png', /has 3 fields where the first row names 2 \(words, filename\)/],
    ['filename,words,score', '1.png,Hello, world,0.9', /has 4 fields where .* 3 .*"1.png,Hello, world,0.9"/],
    ['filename,words,score', '1.png,Tel', /has 2 fields where/],
  ])('%s: %s is refused', (header, row, message) => {
    expect(readRow(row, layoutOf(header))).toMatch(message)
  })
})

describe('rows of several lines', () => {
  const count = (header: string, text: string) => {
    const lines = text.split('\n')
    return countLines((offset) => lines[offset] ?? null, layoutOf(header))
  }

  test.each([
    ['filename,words', '1.png,"two\nlines"\n2.png,x', 2],
    ['words,filename', '"two\nlines",1.png\nx,2.png', 2],
    ['id,words,filename', '2,"two\n\nlines",y.png', 3],
    ['filename,words', '1.png,"stray\n2.png,Tel\n3.png,"EXIT"', 1],
    ['filename,words', '1.png,"stray\n2.png,too"', 1],
    ['filename,words', '1.png,5"\n2.png,Tel', 1],
    ['filename,words', '1.png,"stray at the end', 1],
    ['words,filename', '"stray,1.png\nTel,2.png\nEXIT",3.png', 1],
    ['words,filename', '"stray\nTel,2.png\nEXIT",3.png', 1],
  ])('%s: %j has %d in its first', (header, text, lines) => {
    expect(count(header, text)).toBe(lines)
  })
})
