import { createHash } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../src/image/decode.ts'
import { resize } from '../../src/image/resize.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const red = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 10, alpha: channels === 4 ? 0 : 1 } } })

describe('decoding', () => {
  test.each([
    ['png', () => red(5, 3).png().toBuffer()],
    ['jpeg', () => red(5, 3).jpeg({ quality: 100 }).toBuffer()],
    ['webp', () => red(5, 3).webp({ lossless: true }).toBuffer()],
    ['16-bit png', () => red(5, 3).toColourspace('rgb16').png().toBuffer()],
    ['cmyk jpeg', () => red(5, 3).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()],
    ['gif', () => red(5, 3).gif().toBuffer()],
  ])('%s becomes 8-bit RGB', async (name, make) => {
    const { width, height, data } = await decodeImage(await make())
    expect([width, height, data.length]).toEqual([5, 3, 45])
    const tolerance = name === 'cmyk jpeg' ? 40 : 4
    for (const [channel, value] of [200, 30, 10].entries())
      expect(Math.abs(data[channel]! - value)).toBeLessThanOrEqual(tolerance)
  })

  test('grey becomes RGB, transparency becomes white, EXIF turns upright', async () => {
    const grey = await decodeImage(await red(4, 2).greyscale().png().toBuffer())
    expect(grey.data.length).toBe(24)
    expect(new Set(grey.data).size).toBe(1)
    expect([...(await decodeImage(await red(2, 1, 4).png().toBuffer())).data]).toEqual(Array(6).fill(255))
    const turned = await decodeImage(await red(6, 2).jpeg().withMetadata({ orientation: 6 }).toBuffer())
    expect([turned.width, turned.height]).toEqual([2, 6])
  })

  test('an animation is its first frame', async () => {
    const frames = [await red(6, 4).png().toBuffer(), await red(6, 4).negate().png().toBuffer()]
    const animated = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    expect((await sharp(animated).metadata()).pages).toBe(2)
    const { width, height, data } = await decodeImage(animated)
    expect([width, height]).toEqual([6, 4])
    expect(data[0]).toBeGreaterThan(150)
  })

  test('photographs come smaller, lines as they are', async () => {
    const sizeOf = async (width: number, height: number) => {
      const file = await sharp({ create: { width, height, channels: 3, background: '#823' } })
        .jpeg()
        .toBuffer()
      const image = await decodeImage(file)
      expect([...image.data.subarray(0, 3)]).toEqual([
        expect.closeTo(0x88, -1),
        expect.closeTo(0x22, -1),
        expect.closeTo(0x33, -1),
      ])
      return [image.width, image.height]
    }
    expect(await sizeOf(4000, 3000)).toEqual([683, 512])
    expect(await sizeOf(1000, 2500)).toEqual([512, 1280])
    expect(await sizeOf(2048, 512)).toEqual([2048, 512])
    expect(await sizeOf(6000, 100)).toEqual([6000, 100])
  })

  test('one pixel, and 20,000 by 20', async () => {
    expect((await decodeImage(await red(1, 1).png().toBuffer())).data.length).toBe(3)
    expect((await decodeImage(await red(20_000, 20).png().toBuffer())).width).toBe(20_000)
  })

  const bad: [string, () => Promise<Uint8Array | string>, RegExp][] = [
    ['a missing file', async () => join(folder, 'none.png'), /none.png: no such file/],
    ['a folder', async () => folder, /is a folder/],
    ['an empty file', async () => new Uint8Array(0), /is empty/],
    ['text', async () => new TextEncoder().encode('hello, I am no image'), /is text, not an image \("hello/],
    [
      'a truncated jpeg',
      async () =>
        (
          await sharp(Buffer.from(Uint8Array.from({ length: 120_000 }, (_, index) => (index * 7919) % 251)), {
            raw: { width: 200, height: 200, channels: 3 },
          })
            .jpeg()
            .toBuffer()
        ).subarray(0, 7000),
      /damaged|no image/,
    ],
    ['30,000 pixels across', async () => red(30_000, 4).png().toBuffer(), /30000x4 pixels; at most 20000/],
    [
      'too many pixels',
      async () => red(12_000, 12_000).png({ compressionLevel: 1 }).toBuffer(),
      /100000000 pixels|in all/,
    ],
  ]
  test.each(bad)('%s is refused in one line', async (_, source, message) => {
    const failure = decodeImage(await source())
    await expect(failure).rejects.toMatchObject({ name: 'SaflError', code: 'image' })
    await expect(failure).rejects.toThrow(message)
    await failure.catch((error: Error) => expect(error.message).not.toContain('\n'))
  })

  test('a file is read by its path', async () => {
    const path = join(folder, 'red.png')
    await writeFile(path, await red(3, 2).png().toBuffer())
    expect((await decodeImage(path)).width).toBe(3)
  })
})

describe('resizing', () => {
  const ramp = {
    width: 4,
    height: 2,
    data: Uint8Array.from({ length: 24 }, (_, index) => [0, 40, 80, 255][Math.floor(index / 3) % 4]!),
  }

  test("gives Pillow's pixels", () => {
    // Image.frombytes('RGB', (4, 2), ramp).resize((7, 3), BILINEAR) and .resize((2, 1), BILINEAR) of Pillow 9.4, first channel.
    const channel = (width: number, height: number) =>
      [...resize(ramp, width, height).data].filter((_, index) => index % 3 === 0)
    expect(channel(7, 3).slice(0, 7)).toEqual([0, 14, 37, 60, 92, 192, 255])
    expect(channel(2, 1)).toEqual([29, 149])
  })

  test.each([
    ['larger', [100, 31], [256, 64], '7ed9aeb70fd7e0c3f452649462dc125e0fa5b8157760598806171aa26ad4ea8f'],
    ['smaller', [517, 401], [33, 20], '6360523d6b137be21d7dcda77933458afde0f4c9252c11befae05a10b707ca49'],
  ] as const)("gives Pillow's pixels to the last bit, %s", (_, [width, height], [wide, high], sha256) => {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + ((i * i) % 251) * 13) % 256)
    const resized = resize({ width, height, data }, wide, high)
    expect(createHash('sha256').update(resized.data).digest('hex')).toBe(sha256)
  })

  test('the same size is the same image, and no size is an error', () => {
    expect(resize(ramp, 4, 2)).toBe(ramp)
    expect(() => resize(ramp, 0, 2)).toThrow(RangeError)
  })
})
