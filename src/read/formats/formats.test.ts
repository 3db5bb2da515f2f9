import { DOMParser, type Element } from '@xmldom/xmldom'
import { describe, expect, test } from 'vitest'
import { type Quadrilateral, rectangle } from '../../image/quadrilateral.ts'
import { overlaySvg } from '../overlay.ts'
import type { PhotographReading, ReadWord } from '../photograph-reading.ts'
import { toAlto } from './alto.ts'
import { toHocr } from './hocr.ts'
import { toJson, toJsonLines } from './json.ts'
import type { NamedReading } from './named-reading.ts'
import { toText } from './text.ts'
import { toTsv } from './tsv.ts'
import { escapeXml } from './xml.ts'

const box = (left: number, top: number, right: number, bottom: number) => rectangle({ left, top, right, bottom })

function word(text: string, quadrilateral: Quadrilateral, confidence = 0.9): ReadWord {
  const characters = [...text].map((character) => ({ character, probability: confidence }))
  return { text, confidence, characters, quadrilateral, score: 0.8 }
}

const NASTY = `<b>&"'`
const hello = word('HELLO', box(10.126, 20.4, 60.5, 40))
const nasty = word(NASTY, box(70, 20, 120, 40), 0.123456)
const below = word(']]>', box(-5, 50, 55, 70))
/** Runs upwards. */
const steep = word('UP\u0001', [
  [300, 200],
  [300, 100],
  [320, 100],
  [320, 200],
])
const reading: PhotographReading = {
  width: 400,
  height: 210,
  text: `HELLO ${NASTY}\n]]>\nUP\u0001`,
  lines: [
    { text: `HELLO ${NASTY}`, words: [hello, nasty], quadrilateral: box(10.126, 20, 120, 40), block: 0 },
    { text: ']]>', words: [below], quadrilateral: below.quadrilateral, block: 0 },
    { text: 'UP\u0001', words: [steep], quadrilateral: steep.quadrilateral, block: 1 },
  ],
  words: [hello, nasty, below, steep],
}
const blank: PhotographReading = { width: 30, height: 20, text: '', lines: [], words: [] }
const street: NamedReading = { path: `in "the" <street>'s & co.jpg`, reading }
const wall: NamedReading = { path: 'wall.png', reading: blank }

/** The root of a document that is well-formed. */
function parse(xml: string): Element {
  const refuse = (level: string, message: string) => {
    // It takes a replaced character for one that was lost before.
    if (!message.startsWith('Unicode replacement character')) throw new Error(`${level}: ${message}`)
  }
  return new DOMParser({ onError: refuse }).parseFromString(xml, 'application/xml').documentElement!
}

const children = (element: Element) => [...element.childNodes].filter((node): node is Element => node.nodeType === 1)
const all = (root: Element, name: string) => [...root.getElementsByTagName(name)]
const byClass = (root: Element, name: string) => all(root, '*').filter((each) => each.getAttribute('class') === name)

describe('plain text', () => {
  test('is the lines, and has headings where there are several photographs', () => {
    expect(toText([street])).toBe(`HELLO ${NASTY}\n]]>\nUP\u0001\n`)
    expect(toText([wall])).toBe('')
    expect(toText([street, wall])).toBe(`==> ${street.path} <==\n${reading.text}\n\n==> wall.png <==\n`)
  })
})

describe('JSON', () => {
  const wanted = [
    { path: street.path, width: 400, height: 210, text: reading.text },
    { path: 'wall.png', width: 30, height: 20, text: '', lines: [] },
  ]

  test('holds lines with their words, whose corners are rounded to hundredths', () => {
    const records = JSON.parse(toJson([street, wall])) as Record<string, unknown>[]
    expect(records).toMatchObject(wanted)
    expect(Object.keys(records[0]!)).toEqual(['path', 'width', 'height', 'text', 'lines'])
    const [line] = records[0]!.lines as { words: { quadrilateral: unknown }[] }[]
    expect(Object.keys(line!)).toEqual(['text', 'words', 'quadrilateral', 'block'])
    expect(line!.words[0]).toEqual({ ...hello, quadrilateral: box(10.13, 20.4, 60.5, 40) })
  })

  test('lines hold a photograph each', () => {
    const lines = toJsonLines([street, wall]).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(toJson([street, wall])))
  })
})

test("tab-separated values have Tesseract's columns and levels", () => {
  const [header, ...rows] = toTsv([street, wall])
    .split('\n')
    .slice(0, -1)
    .map((row) => row.split('\t'))
  expect(header!.join(' ')).toBe('level page_num block_num par_num line_num word_num left top width height conf text')
  expect(rows.map((row) => row.slice(0, 10).map(Number))).toEqual([
    [1, 1, 0, 0, 0, 0, 0, 0, 400, 210],
    [2, 1, 1, 0, 0, 0, 0, 20, 120, 50],
    [3, 1, 1, 1, 0, 0, 0, 20, 120, 50],
    [4, 1, 1, 1, 1, 0, 10, 20, 110, 20],
    [5, 1, 1, 1, 1, 1, 10, 20, 51, 20],
    [5, 1, 1, 1, 1, 2, 70, 20, 50, 20],
    [4, 1, 1, 1, 2, 0, 0, 50, 55, 20],
    [5, 1, 1, 1, 2, 1, 0, 50, 55, 20],
    [2, 1, 2, 0, 0, 0, 300, 100, 20, 100],
    [3, 1, 2, 1, 0, 0, 300, 100, 20, 100],
    [4, 1, 2, 1, 1, 0, 300, 100, 20, 100],
    [5, 1, 2, 1, 1, 1, 300, 100, 20, 100],
    [1, 2, 0, 0, 0, 0, 0, 0, 30, 20],
  ])
  const words = rows.filter(([level]) => level === '5').map((row) => row.slice(10))
  expect(words.slice(0, 2)).toEqual([
    ['90.000000', 'HELLO'],
    ['12.345600', NASTY],
  ])
  for (const row of rows.filter(([level]) => level !== '5')) expect(row.slice(10)).toEqual(['-1', ''])
})

describe('hOCR', () => {
  const root = parse(toHocr([street, wall]))
  const title = (element: Element) => element.getAttribute('title')!.split('; ')

  test('says what wrote it and what it holds', () => {
    expect(root.namespaceURI).toBe('http://www.w3.org/1999/xhtml')
    const metas = new Map(all(root, 'meta').map((meta) => [meta.getAttribute('name'), meta.getAttribute('content')!]))
    expect(metas.get('ocr-system')).toBe('safl')
    expect(metas.get('ocr-number-of-pages')).toBe('2')
    const capabilities = metas.get('ocr-capabilities')!.split(' ')
    const classes = new Set(all(root, '*').flatMap((each) => each.getAttribute('class') ?? []))
    for (const name of classes) expect(capabilities).toContain(name)
  })

  test('nests pages, areas, paragraphs, lines and words', () => {
    const pages = byClass(root, 'ocr_page')
    expect(pages.map(title)).toEqual([
      [`image "in %22the%22 <street>'s & co.jpg"`, 'bbox 0 0 400 210', 'ppageno 0'],
      ['image "wall.png"', 'bbox 0 0 30 20', 'ppageno 1'],
    ])
    const nested = (element: Element): unknown => [element.getAttribute('class'), ...children(element).map(nested)]
    expect(nested(pages[0]!)).toEqual([
      'ocr_page',
      ['ocr_carea', ['ocr_par', ['ocr_line', ['ocrx_word'], ['ocrx_word']], ['ocr_line', ['ocrx_word']]]],
      ['ocr_carea', ['ocr_par', ['ocr_line', ['ocrx_word']]]],
    ])
    const ids = all(root, '*').flatMap((each) => each.getAttribute('id') ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('gives each word its bounds within the page, its confidence and its text', () => {
    const words = byClass(root, 'ocrx_word')
    expect(words.map((each) => each.textContent)).toEqual(['HELLO', NASTY, ']]>', 'UP\ufffd'])
    expect(title(words[0]!)).toEqual(['bbox 10 20 61 40', 'x_wconf 90', 'x_confs 90 90 90 90 90'])
    expect(title(words[1]!)[1]).toBe('x_wconf 12.35')
    expect(title(words[2]!)[0]).toBe('bbox 0 50 55 70')
    const lines = byClass(root, 'ocr_line')
    expect(title(lines[0]!)).toEqual(['bbox 10 20 120 40', 'baseline 0 0'])
    expect(title(lines[2]!)).toEqual(['bbox 300 100 320 200', 'textangle 90'])
  })

  test('a slanting line has its baseline', () => {
    const quadrilateral: Quadrilateral = [
      [100, 50],
      [200, 70],
      [196, 90],
      [96, 70],
    ]
    const only = word('SLOPE', quadrilateral)
    const line = { text: 'SLOPE', words: [only], quadrilateral, block: 0 }
    const slanting = parse(
      toHocr([{ path: 'a.png', reading: { ...reading, text: 'SLOPE', lines: [line], words: [only] } }]),
    )
    // Its lower left corner is 20 above the lower border of its bounds.
    expect(title(byClass(slanting, 'ocr_line')[0]!)).toEqual(['bbox 96 50 200 90', 'baseline 0.2 -20'])
  })
})

/** What the schema (alto-4-4.xsd) says of the elements that are written: children in their order, and attributes. */
const ALTO: Readonly<Record<string, { children: RegExp; required?: string; optional?: string }>> = {
  alto: { children: /^Description Layout $/, optional: 'SCHEMAVERSION' },
  Description: { children: /^MeasurementUnit (sourceImageInformation )?(Processing )*$/ },
  MeasurementUnit: { children: /^$/ },
  sourceImageInformation: { children: /^(fileName )?$/ },
  fileName: { children: /^$/ },
  Processing: { children: /^(processingCategory )?(processingStepSettings )?(processingSoftware )?$/, required: 'ID' },
  processingCategory: { children: /^$/ },
  processingStepSettings: { children: /^$/ },
  processingSoftware: { children: /^softwareName $/ },
  softwareName: { children: /^$/ },
  Layout: { children: /^(Page )+$/ },
  Page: { children: /^PrintSpace $/, required: 'ID PHYSICAL_IMG_NR', optional: 'WIDTH HEIGHT PROCESSINGREFS' },
  PrintSpace: { children: /^(TextBlock )*$/, optional: 'HPOS VPOS WIDTH HEIGHT' },
  TextBlock: { children: /^(TextLine )+$/, required: 'ID', optional: 'HPOS VPOS WIDTH HEIGHT' },
  TextLine: { children: /^(Shape )?(String (SP )?)+$/, optional: 'ID HPOS VPOS WIDTH HEIGHT BASELINE' },
  String: { children: /^(Shape )?$/, required: 'CONTENT', optional: 'ID HPOS VPOS WIDTH HEIGHT WC CC' },
  SP: { children: /^$/ },
  Shape: { children: /^Polygon $/ },
  Polygon: { children: /^$/, required: 'POINTS' },
}

describe('ALTO', () => {
  const documents = [[street], [street, wall]].map((readings) => parse(toAlto(readings)))

  test.each(documents)('keeps to its schema', (root) => {
    for (const element of [root, ...all(root, '*')]) {
      const { children: wanted, required = '', optional = '' } = ALTO[element.tagName]!
      expect(element.namespaceURI).toBe('http://www.loc.gov/standards/alto/ns-v4#')
      expect(
        children(element)
          .map(({ tagName }) => `${tagName} `)
          .join(''),
      ).toMatch(wanted)
      const names = [...element.attributes].map(({ name }) => name).filter((name) => !/^(xmlns|xsi)\b/.test(name))
      for (const name of required.split(' ').filter(Boolean)) expect(names).toContain(name)
      for (const name of names) expect(`${required} ${optional}`.split(' ')).toContain(name)
      for (const name of ['HPOS', 'VPOS', 'WIDTH', 'HEIGHT', 'PHYSICAL_IMG_NR'])
        if (element.hasAttribute(name)) expect(element.getAttribute(name)).toMatch(/^\d+$/)
      if (element.hasAttribute('WC')) expect(Number(element.getAttribute('WC'))).toBeLessThanOrEqual(1)
      if (element.hasAttribute('PROCESSINGREFS')) expect(element.getAttribute('PROCESSINGREFS')).toBe('safl')
    }
    const ids = all(root, '*').flatMap((each) => each.getAttribute('ID') ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z_][\w.-]*$/)
    expect(all(root, 'MeasurementUnit')[0]!.textContent).toBe('pixel')
    expect(all(root, 'processingCategory')[0]!.textContent).toBe('contentGeneration')
  })

  test('holds the words, where they are and how sure', () => {
    const [root] = documents
    const strings = all(root!, 'String')
    expect(strings.map((each) => each.getAttribute('CONTENT'))).toEqual(['HELLO', NASTY, ']]>', 'UP\ufffd'])
    const attributes = (element: Element, names: string) => names.split(' ').map((name) => element.getAttribute(name))
    expect(attributes(strings[0]!, 'HPOS VPOS WIDTH HEIGHT WC CC')).toEqual([
      '10',
      '20',
      '51',
      '20',
      '0.9',
      '1 1 1 1 1',
    ])
    expect(attributes(strings[1]!, 'WC CC')).toEqual(['0.1235', '8 8 8 8 8 8'])
    expect(all(strings[3]!, 'Polygon')[0]!.getAttribute('POINTS')).toBe('300,200 300,100 320,100 320,200')
    expect(all(root!, 'TextLine')[0]!.getAttribute('BASELINE')).toBe('10,40 120,40')
    expect(all(root!, 'SP')).toHaveLength(1)
    expect(all(root!, 'TextBlock')).toHaveLength(2)
    expect(all(root!, 'fileName')[0]!.textContent).toBe(street.path)
  })

  test('lists the names of several photographs', () => {
    const [, root] = documents
    expect(all(root!, 'Page').map((page) => page.getAttribute('PHYSICAL_IMG_NR'))).toEqual(['1', '2'])
    expect(all(root!, 'processingStepSettings')[0]!.textContent).toBe(`${street.path} wall.png`)
    expect(all(root!, 'fileName')).toEqual([])
  })
})

test('what XML cannot write is replaced, and all else comes back', () => {
  for (const text of [NASTY, ']]>', 'tab\tand\r\nlines', 'é 東京 🚗', '&amp;amp;', '<!--'])
    for (const read of [
      parse(`<a b="${escapeXml(text)}"/>`).getAttribute('b'),
      parse(`<a>${escapeXml(text)}</a>`).textContent,
    ])
      expect(read).toBe(text)
  expect(escapeXml('a\u0000b\u001fc\ud800d\uffffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde')
})

test('an overlay draws every quadrilateral and text, at the size of its picture', () => {
  const root = parse(overlaySvg(reading, { width: 200, height: 105 }))
  expect([root.getAttribute('width'), root.getAttribute('viewBox')]).toEqual(['200', '0 0 400 210'])
  expect(all(root, 'text').map((each) => each.textContent)).toEqual(['HELLO', NASTY, ']]>', 'UP\ufffd'])
  expect(all(root, 'polygon').map((each) => each.getAttribute('points'))[3]).toBe('300,200 300,100 320,100 320,200')
  expect(all(root, 'text')[3]!.getAttribute('transform')).toBe('translate(300 200) rotate(-90)')
})
