import { describe, expect, test } from 'vitest'
import type { PixelPoint, Quadrilateral } from '../image/quadrilateral.ts'
import { createRandom } from '../random.ts'
import { linesOf } from './lines.ts'

interface Word {
  readonly text: string
  readonly quadrilateral: Quadrilateral
}

interface Placing {
  readonly height?: number
  /** Degrees clockwise about the picture's top left corner. */
  readonly angle?: number
}

/** A word whose letters are 0.6 heights wide, from its top left corner on. */
function word(text: string, [left, top]: PixelPoint, { height = 20, angle = 0 }: Placing = {}): Word {
  const [u, v] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const corner = (x: number, y: number): PixelPoint => [u * x - v * y, v * x + u * y]
  const right = left + text.length * 0.6 * height
  return {
    text,
    quadrilateral: [corner(left, top), corner(right, top), corner(right, top + height), corner(left, top + height)],
  }
}

/** Words of a line, parted by half their height. */
function line(text: string, [left, top]: PixelPoint, placing: Placing = {}): Word[] {
  const { height = 20 } = placing
  let x = left
  return text.split(' ').map((each) => {
    const placed = word(each, [x, top], placing)
    x += (each.length * 0.6 + 0.5) * height
    return placed
  })
}

/** In an order that says nothing. */
function shuffled<T>(items: readonly T[]): T[] {
  const random = createRandom(5)
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

const read = (words: readonly Word[]) =>
  linesOf(shuffled(words)).map((each) => each.words.map(({ text }) => text).join(' '))
const blocks = (words: readonly Word[]) => linesOf(shuffled(words)).map(({ block }) => block)

describe('lines and their order', () => {
  test('nothing, and one word', () => {
    expect(linesOf([])).toEqual([])
    const only = word('EXIT', [10, 10])
    expect(linesOf([only])).toEqual([{ words: [only], quadrilateral: only.quadrilateral, block: 0 }])
  })

  test('a paragraph is one block, line by line', () => {
    const words = [
      ...line('the quick brown fox', [10, 10]),
      ...line('jumps over', [10, 40]),
      ...line('the lazy dog', [10, 70]),
    ]
    expect(read(words)).toEqual(['the quick brown fox', 'jumps over', 'the lazy dog'])
    expect(blocks(words)).toEqual([0, 0, 0])
    const [first] = linesOf(words)
    const { quadrilateral } = first!
    expect(quadrilateral[0]).toEqual([10, 10])
    expect(quadrilateral[2]).toEqual([words[3]!.quadrilateral[2][0], 30])
  })

  test('two columns are read one after the other, a title over both first', () => {
    const columns = [
      ...line('left one here', [10, 60]),
      ...line('left two', [10, 90]),
      ...line('left three', [10, 120]),
      ...line('right one', [230, 60]),
      ...line('right two here', [230, 90]),
      ...line('right three', [230, 120]),
    ]
    const wanted = ['left one here', 'left two', 'left three', 'right one', 'right two here', 'right three']
    expect(read(columns)).toEqual(wanted)
    expect(blocks(columns)).toEqual([0, 0, 0, 1, 1, 1])
    for (const height of [20, 50])
      expect(read([...line('A TITLE OVER BOTH', [60, 30 - height], { height }), ...columns])).toEqual([
        'A TITLE OVER BOTH',
        ...wanted,
      ])
  })

  test('signs side by side, the second a little lower', () => {
    const words = [...line('MAIN ST', [10, 10]), ...line('NO PARKING', [300, 18]), ...line('ANY TIME', [300, 46])]
    expect(read(words)).toEqual(['MAIN ST', 'NO PARKING', 'ANY TIME'])
    expect(blocks(words)).toEqual([0, 1, 1])
  })

  test.each([-75, -40, -20, 10, 30, 60, 90, 135, 180, 270])('a sign rotated by %i degrees', (angle) => {
    const words = [
      ...line('FRESH FISH', [10, 10], { angle }),
      ...line('EVERY DAY', [14, 38], { angle }),
      ...line('FROM 9', [10, 66], { angle }),
    ]
    expect(read(words)).toEqual(['FRESH FISH', 'EVERY DAY', 'FROM 9'])
    expect(blocks(words)).toEqual([0, 0, 0])
    const [first] = linesOf(words)
    for (const [place, [x, y]] of first!.quadrilateral.entries()) {
      const wanted = [
        words[0]!.quadrilateral[0],
        words[1]!.quadrilateral[1],
        words[1]!.quadrilateral[2],
        words[0]!.quadrilateral[3],
      ]
      expect(x).toBeCloseTo(wanted[place]![0], 6)
      expect(y).toBeCloseTo(wanted[place]![1], 6)
    }
  })

  test('a rotated sign beside upright text', () => {
    const words = [...line('OPEN NOW', [10, 10]), ...line('SALE ENDS', [150, -40], { angle: 50 })]
    expect(read(words).sort()).toEqual(['OPEN NOW', 'SALE ENDS'])
  })

  test('different sizes on one baseline are a line; a small text beside the middle of a large one is none', () => {
    const baseline = 100
    const sized = [
      word('only', [10, baseline - 24], { height: 24 }),
      word('5', [80, baseline - 50], { height: 50 }),
      word('euros', [120, baseline - 24], { height: 24 }),
    ]
    expect(read(sized)).toEqual(['only 5 euros'])
    expect(read([word('SALE', [10, 10], { height: 60 }), word('now', [170, 27], { height: 25 })])).toEqual([
      'SALE',
      'now',
    ])
  })

  test('words without ascenders stand on the line of those with them', () => {
    const words = [
      word('Eggs', [10, 10], { height: 26 }),
      word('are', [80, 17], { height: 13 }),
      word('yummy', [112, 17], { height: 19 }),
    ]
    expect(read(words)).toEqual(['Eggs are yummy'])
  })

  test('a bent line is one line', () => {
    const around = ['ROUND', 'AND', 'ROUND', 'THE', 'GARDEN']
    const radius = 300
    let angle = -40
    const words = around.map((text) => {
      const share = ((text.length * 12) / radius) * (180 / Math.PI)
      const middle = ((angle + share / 2) * Math.PI) / 180
      const [u, v] = [Math.cos(middle), Math.sin(middle)]
      const half = (text.length * 12) / 2
      const corner = (x: number, y: number): PixelPoint => [
        400 + u * x - v * y + radius * v,
        400 + v * x + u * y - radius * u,
      ]
      angle += share + 2.5
      return {
        text,
        quadrilateral: [corner(-half, -10), corner(half, -10), corner(half, 10), corner(-half, 10)] as const,
      }
    })
    expect(read(words)).toEqual(['ROUND AND ROUND THE GARDEN'])
  })

  test('a letter whose box lies across its line belongs to it all the same', () => {
    const [the, , best] = line('THE A BEST', [10, 10])
    const c: PixelPoint = [60, 20]
    const tilted: Word = {
      text: 'A',
      quadrilateral: [
        [c[0] - 12, c[1]],
        [c[0], c[1] - 12],
        [c[0] + 12, c[1]],
        [c[0], c[1] + 12],
      ],
    }
    expect(read([the!, tilted, best!])).toEqual(['THE A BEST'])
  })

  test('words in a ring are all read', () => {
    const words = Array.from({ length: 12 }, (_, place) => {
      const turn = (place / 12) * 2 * Math.PI
      const [u, v] = [Math.cos(turn), Math.sin(turn)]
      const corner = (x: number, y: number): PixelPoint => [
        200 + u * x - v * y + 100 * v,
        200 + v * x + u * y - 100 * u,
      ]
      return {
        text: `${place}`,
        quadrilateral: [corner(-22, -10), corner(22, -10), corner(22, 10), corner(-22, 10)] as const,
      }
    })
    expect(linesOf(words).flatMap((each) => each.words)).toHaveLength(12)
  })

  test('a page of 1,000 words, in order and at once', () => {
    const texts = Array.from({ length: 100 }, (_, row) =>
      Array.from({ length: 10 }, (_, column) => `${row}.${column}`).join(' '),
    )
    const words = texts.flatMap((text, row) => line(text, [10, 10 + 30 * row]))
    const started = performance.now()
    expect(read(words)).toEqual(texts)
    expect(performance.now() - started).toBeLessThan(1000)
    const random = createRandom(3)
    const scattered = Array.from({ length: 1000 }, (_, place) =>
      word(`${place}`, [random() * 4000, random() * 3000], { height: 10 + 40 * random(), angle: 40 * random() - 20 }),
    )
    expect(new Set(linesOf(scattered).flatMap((each) => each.words)).size).toBe(1000)
  })
})
