/** Formats, depths and transparency beside the usual ones: the pixels, or what the file is. */
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../src/image/decode.ts'
import { type TiffOptions, tiffFile } from './tiff-file.ts'

/** A bitmap of Windows: a header of 40 bytes, a palette where there is one, rows from the bottom (or, with -height, the top). */
function bmpFile(rows: readonly (readonly number[])[], { width, height, bits, palette = [] as number[] }: Bitmap) {
  const stride = Math.ceil((width * bits) / 32) * 4
  const header = Buffer.alloc(54)
  header.write('BM')
  header.writeUInt32LE(54 + palette.length + stride * rows.length, 2)
  header.writeUInt32LE(54 + palette.length, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(bits, 28)
  header.writeUInt32LE(palette.length / 4, 46)
  const pixels = rows.flatMap((row) => [...row, ...Array(stride - row.length).fill(0)])
  return Buffer.concat([header, Buffer.from([...palette, ...pixels])])
}
interface Bitmap {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly palette?: number[]
}

/** Red, green; blue, white. Bitmaps have blue first. */
const WANTED = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
const [RED, GREEN, BLUE, WHITE] = [
  [0, 0, 255],
  [0, 255, 0],
  [255, 0, 0],
  [255, 255, 255],
] as const
const palette = [RED, GREEN, BLUE, WHITE].flatMap((colour) => [...colour, 0])
const size = { width: 2, height: 2 }

describe("Windows' bitmaps and icons", () => {
  test.each([
    [
      '24 bits',
      bmpFile(
        [
          [...BLUE, ...WHITE],
          [...RED, ...GREEN],
        ],
        { ...size, bits: 24 },
      ),
    ],
    [
      '24 bits from the top',
      bmpFile(
        [
          [...RED, ...GREEN],
          [...BLUE, ...WHITE],
        ],
        { width: 2, height: -2, bits: 24 },
      ),
    ],
    [
      '32 bits, the fourth unused',
      bmpFile(
        [
          [...BLUE, 0, ...WHITE, 0],
          [...RED, 0, ...GREEN, 0],
        ],
        { ...size, bits: 32 },
      ),
    ],
    [
      '8 bits',
      bmpFile(
        [
          [2, 3],
          [0, 1],
        ],
        { ...size, bits: 8, palette },
      ),
    ],
    ['4 bits', bmpFile([[0x23], [0x01]], { ...size, bits: 4, palette })],
  ])('%s', async (_, bytes) => {
    const { width, height, data } = await decodeImage(bytes)
    expect([width, height, ...data]).toEqual([2, 2, ...WANTED])
  })

  test('an icon', async () => {
    const png = await sharp(Buffer.from(WANTED), { raw: { ...size, channels: 3 } })
      .png()
      .toBuffer()
    const directory = Buffer.from([0, 0, 1, 0, 1, 0, 2, 2, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 22, 0, 0, 0])
    directory.writeUInt32LE(png.length, 14)
    expect([...(await decodeImage(Buffer.concat([directory, png]))).data]).toEqual(WANTED)
  })

  test('a part of a buffer; what is damaged, and what is too large', async () => {
    const bytes = bmpFile(
      [
        [...BLUE, ...WHITE],
        [...RED, ...GREEN],
      ],
      { ...size, bits: 24 },
    )
    expect([...(await decodeImage(Buffer.concat([Buffer.alloc(7), bytes]).subarray(7))).data]).toEqual(WANTED)
    await expect(decodeImage(bmpFile([], { width: 30_000, height: 2, bits: 24 }), 'a.bmp')).rejects.toThrow(
      'a.bmp: is 30000x2 pixels; at most 20000',
    )
    const broken = decodeImage(bmpFile([], { width: 2, height: 2, bits: 77 }), 'a.bmp')
    await expect(broken).rejects.toMatchObject({ name: 'SaflError', code: 'image' })
    await expect(broken).rejects.toThrow(/a\.bmp: is damaged/)
  })
})

describe('numbers without a range of their own', () => {
  const float = { format: 3, bits: 32 }
  const cases: [string, ArrayBufferView, Omit<TiffOptions, 'width' | 'height'>, number[]][] = [
    ['0 to 1', Float32Array.of(0, 0.2, 1), { ...float, channels: 1 }, [0, 51, 255]],
    ['0 to 255', Float32Array.of(0, 51, 255), { ...float, channels: 1 }, [0, 51, 255]],
    ['-1 to 1', Float32Array.of(-1, -0.6, 1), { ...float, channels: 1 }, [0, 51, 255]],
    ['signed 16 bits', Int16Array.of(0, 819, 4095), { format: 2, bits: 16, channels: 1 }, [0, 51, 255]],
    ['12 bits in 16', Uint16Array.of(0, 819, 4095), { format: 1, bits: 16, channels: 1 }, [0, 51, 255]],
    ['8 bits in 16', Uint16Array.of(0, 51, 255), { format: 1, bits: 16, channels: 1 }, [0, 51, 255]],
    ['16 bits', Uint16Array.of(0, 13107, 65535), { format: 1, bits: 16, channels: 1 }, [0, 51, 255]],
    ['unsigned 32 bits', Uint32Array.of(0, 51, 255), { format: 1, bits: 32, channels: 1 }, [0, 51, 255]],
    ['RGB', Float32Array.of(0, 0, 0, 0.2, 0.2, 0.2, 1, 1, 1), { ...float, channels: 3 }, [0, 51, 255]],
    ['RGB of 0 to 255', Float32Array.of(0, 0, 0, 51, 51, 51, 255, 255, 255), { ...float, channels: 3 }, [0, 51, 255]],
    [
      'RGBA, light on nothing',
      Float32Array.of(1, 1, 1, 1, 1, 1, 1, 0, 0.8, 0.8, 0.8, 1),
      { ...float, channels: 4 },
      [255, 0, 204],
    ],
  ]
  test.each(cases)('%s', async (_, values, options, wanted) => {
    const { data } = await decodeImage(tiffFile(values, { width: 3, height: 1, ...options }))
    expect([...data]).toEqual(wanted.flatMap((value) => [value, value, value]))
  })
})

describe('transparency', () => {
  const letters = (value: number) => Buffer.from([value, value, value, 255, 0, 0, 0, 0])
  const raw = { raw: { width: 2, height: 1, channels: 4 } } as const
  test.each([
    ['PNG', (value: number) => sharp(letters(value), raw).png().toBuffer()],
    ['16-bit PNG', (value: number) => sharp(letters(value), raw).toColourspace('rgb16').png().toBuffer()],
    ['PNG with a palette', (value: number) => sharp(letters(value), raw).png({ palette: true }).toBuffer()],
    ['grey PNG', (value: number) => sharp(letters(value), raw).toColourspace('b-w').png().toBuffer()],
    ['WebP', (value: number) => sharp(letters(value), raw).webp({ lossless: true }).toBuffer()],
    ['GIF', (value: number) => sharp(letters(value), raw).gif().toBuffer()],
    [
      'SVG',
      async (value: number) =>
        Buffer.from(
          `<svg width="2" height="1"><rect width="1" height="1" fill="rgb(${value},${value},${value})"/></svg>`,
        ),
    ],
  ])('%s: white letters lie on black, black ones on white', async (_, make) => {
    expect([...(await decodeImage(await make(255))).data]).toEqual([255, 255, 255, 0, 0, 0])
    expect([...(await decodeImage(await make(0))).data]).toEqual([0, 0, 0, 255, 255, 255])
  })
})

test.each([
  ['page.png', '<!doctype html><title>404</title>', 'page.png: is a web page, not an image'],
  [
    'a.jpg',
    'version https://git-lfs.github.com/spec/v1\n',
    'a.jpg: is a Git LFS pointer, not the image itself: git lfs pull',
  ],
  ['scan.pdf', '%PDF-1.7\n', 'scan.pdf: is a PDF document: draw its pages first'],
  ['IMG_1.HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'IMG_1.HEIC: is a HEIC photograph: save it as PNG or JPEG'],
  ['note.png', 'no image', 'note.png: is text, not an image ("no image")'],
])('%s: the message says what it is and what would do', async (name, bytes, message) => {
  const failure = decodeImage(Buffer.from(bytes, 'latin1'), name)
  await expect(failure).rejects.toMatchObject({ name: 'SaflError', code: 'image' })
  await expect(failure).rejects.toThrow(message)
})
