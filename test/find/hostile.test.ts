/** Pictures that nobody made a finder for: an answer in bounded time and memory, by the package's own finder. */
import { existsSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finder } from '../../src/find/finder.ts'
import { loadFinder } from '../../src/find/load-finder.ts'
import { decodePhotograph } from '../../src/image/decode.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { boundsOf } from '../../src/image/quadrilateral.ts'
import { createRandom } from '../../src/random.ts'
import { drawn, drawPhotograph } from '../read/drawn-photograph.ts'

const megabyte = 2 ** 20

describe.skipIf(!existsSync('models/finder.safetensors'))('the finder of the package', () => {
  let finder: Finder
  beforeAll(async () => {
    finder = await loadFinder()
  })
  afterAll(() => finder.dispose())

  const picture = (width: number, height: number, value: (index: number) => number): RgbImage => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, index) => value(index)),
  })

  test.each([
    ['one pixel', 1, 1],
    ['a line of pixels', 9000, 1],
    ['a strip', 2, 1500],
    ['white', 700, 500],
  ])('finds nothing in %s', async (_, width, height) => {
    expect(await finder.find(picture(width, height, () => 255))).toEqual([])
  })

  test('finds hardly anything in noise', async () => {
    const random = createRandom(1)
    const found = await finder.find(picture(900, 600, () => Math.floor(256 * random())))
    expect(found.length).toBeLessThan(20)
  })

  test('finds most of a thousand words', async () => {
    const words = Array.from({ length: 1000 }, (_, place) =>
      drawn('WORD', [20 + 130 * (place % 20), 15 + 36 * Math.floor(place / 20)], { height: 26 }),
    )
    const png = await drawPhotograph(words, { width: 2620, height: 1830 }).png().toBuffer()
    const { image } = await decodePhotograph(png)
    const found = await finder.find(image)
    expect(found.length).toBeGreaterThan(700)
    expect(found.length).toBeLessThan(1300)
  })

  test('sees 12,000 x 9,000 pixels in bounded memory', async () => {
    const word = drawn('LARGE', [3000, 4000], { height: 900 })
    const jpeg = await drawPhotograph([word], { width: 12_000, height: 9000 }).jpeg().toBuffer()
    const before = process.memoryUsage.rss()
    const { image } = await decodePhotograph(jpeg)
    const found = await finder.find(image)
    expect(process.memoryUsage.rss() - before).toBeLessThan(1000 * megabyte)
    expect(found).toHaveLength(1)
    const scale = 12_000 / image.width
    const { left, right } = boundsOf(found[0]!.quadrilateral)
    expect(Math.abs(left * scale - word.quadrilateral[0][0])).toBeLessThan(400)
    expect(Math.abs(right * scale - word.quadrilateral[1][0])).toBeLessThan(400)
  })

  test('finds a word of a file that lies on its side where it is upright', async () => {
    const word = drawn('PARKING', [300, 200], { height: 80 })
    const upright = await drawPhotograph([word]).png().toBuffer()
    const lying = await sharp(upright).rotate(270).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer()
    const [there, here] = await Promise.all([decodePhotograph(upright), decodePhotograph(lying)])
    const [[wanted], [found, ...others]] = [await finder.find(there.image), await finder.find(here.image)]
    expect(others).toEqual([])
    for (const [place, [x, y]] of found!.quadrilateral.entries()) {
      expect(Math.abs(x - wanted!.quadrilateral[place]![0])).toBeLessThan(4)
      expect(Math.abs(y - wanted!.quadrilateral[place]![1])).toBeLessThan(4)
    }
  })
})
