import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { floatToHalf, formatSafetensors, parseSafetensors } from './safetensors.ts'

const tensors = new Map([
  ['a.weight', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-30, Number.NaN, -0) }],
  ['empty', { shape: [0], data: new Float32Array(0) }],
  ['scalar', { shape: [], data: Float32Array.of(7) }],
])

function header(json: unknown, extra = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json))
  const bytes = new Uint8Array(8 + text.length + extra)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

describe('safetensors', () => {
  test('what is written reads back bit for bit', () => {
    const { tensors: read, metadata } = parseSafetensors(formatSafetensors(tensors, { metadata: { who: 'me' } }))
    expect(metadata).toEqual({ who: 'me' })
    expect(read).toEqual(tensors)
  })

  test('16 bits keep the nearest half and its special values', () => {
    const random = createRandom(1)
    const values = Float32Array.from({ length: 2000 }, () => (random() - 0.5) * 2 ** Math.floor(random() * 40 - 25))
    const half = parseSafetensors(formatSafetensors(new Map([['x', { shape: [2000], data: values }]]), { type: 'F16' }))
    for (const [index, read] of half.tensors.get('x')!.data.entries()) {
      const size = Math.abs(values[index]!)
      if (size >= 65520) expect(Math.abs(read)).toBe(Number.POSITIVE_INFINITY)
      else expect(Math.abs(read - values[index]!)).toBeLessThanOrEqual(Math.max(size * 2 ** -11, 2 ** -25))
    }
    const special = Float32Array.of(
      65504,
      65519,
      65520,
      -1e9,
      2 ** -24,
      2 ** -25,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      2 - 2 ** -12,
    )
    const read = parseSafetensors(formatSafetensors(new Map([['x', { shape: [9], data: special }]]), { type: 'F16' }))
    expect([...read.tensors.get('x')!.data]).toEqual([
      65504,
      65504,
      Infinity,
      -Infinity,
      2 ** -24,
      0,
      1,
      1 + 2 ** -9,
      2,
    ])
  })

  test('every half reads as the number that rounds to it', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits)
    const entry = { x: { dtype: 'F16', shape: [65536], data_offsets: [0, 131072] } }
    const bytes = header(entry, 131072)
    bytes.set(new Uint8Array(halves.buffer), bytes.length - 131072)
    const read = parseSafetensors(bytes).tensors.get('x')!.data
    const isNumber = (bits: number) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0
    expect([...halves].filter((bits) => floatToHalf(read[bits]!) !== bits).filter(isNumber)).toEqual([])
    expect([...halves].filter((bits) => Number.isNaN(read[bits]!) === isNumber(bits))).toEqual([])
  })

  test('brain floats and integers read as floats', () => {
    const bytes = header(
      {
        b: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] },
        i: { dtype: 'I64', shape: [1], data_offsets: [2, 10] },
      },
      10,
    )
    const body = new DataView(bytes.buffer, bytes.length - 10)
    body.setUint16(0, 0xc020, true)
    body.setBigInt64(2, -5n, true)
    const { tensors: read } = parseSafetensors(bytes)
    expect([read.get('b')!.data[0], read.get('i')!.data[0]]).toEqual([-2.5, -5])
  })

  test.each([
    ['an empty file', new Uint8Array(0), /header does not fit/],
    ['a header past the end', formatSafetensors(tensors).subarray(0, 40), /header does not fit/],
    ['no JSON', header('{oh no'), /no JSON/],
    ['a truncated tensor', formatSafetensors(tensors).subarray(0, -2), /truncated/],
    ['an unknown type', header({ x: { dtype: 'F8', shape: [1], data_offsets: [0, 1] } }, 1), /unknown type F8/],
    ['a wrong size', header({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, 4), /4 bytes for 2 values/],
    ['negative places', header({ x: { dtype: 'U8', shape: [1], data_offsets: [-1, 0] } }, 4), /no shape or place/],
    [
      'overlapping tensors',
      header(
        { x: { dtype: 'U8', shape: [2], data_offsets: [0, 2] }, y: { dtype: 'U8', shape: [2], data_offsets: [1, 3] } },
        3,
      ),
      /"y" overlaps "x"/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(message)
  })
})
