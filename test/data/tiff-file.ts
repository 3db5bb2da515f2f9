/** A TIFF file of numbers, uncompressed: what sharp does not write. */

export interface TiffOptions {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** Of each number; format 1 is unsigned, 2 signed, 3 floating-point. */
  readonly bits: number
  readonly format: number
}

const SHORT = 3
const LONG = 4
/** Of the header. */
const HEADER = 8

export function tiffFile(values: ArrayBufferView, { width, height, channels, bits, format }: TiffOptions): Buffer {
  const each = Array<number>(channels).fill(0)
  const fields: [tag: number, type: number, numbers: readonly number[]][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, each.map(() => bits)],
    [259, SHORT, [1]],
    [262, SHORT, [channels >= 3 ? 2 : 1]],
    [273, LONG, [0]],
    [277, SHORT, [channels]],
    [278, LONG, [height]],
    [279, LONG, [values.byteLength]],
    ...(channels === 2 || channels === 4 ? ([[338, SHORT, [2]]] as [number, number, number[]][]) : []),
    [339, SHORT, each.map(() => format)],
  ]
  let further = HEADER + 2 + 12 * fields.length + 4
  const start = Buffer.alloc(further + 32)
  start.write('II')
  start.writeUInt16LE(42, 2)
  start.writeUInt32LE(HEADER, 4)
  start.writeUInt16LE(fields.length, HEADER)
  for (const [index, [tag, type, given]] of fields.entries()) {
    const place = HEADER + 2 + 12 * index
    const numbers = tag === 273 ? [start.length] : given
    start.writeUInt16LE(tag, place)
    start.writeUInt16LE(type, place + 2)
    start.writeUInt32LE(numbers.length, place + 4)
    const isShort = type === SHORT
    const fits = numbers.length * (isShort ? 2 : 4) <= 4
    if (!fits) start.writeUInt32LE(further, place + 8)
    let target = fits ? place + 8 : further
    for (const number of numbers)
      target = isShort ? start.writeUInt16LE(number, target) : start.writeUInt32LE(number, target)
    if (!fits) further = target
  }
  return Buffer.concat([start, Buffer.from(values.buffer, values.byteOffset, values.byteLength)])
}
