/**
 * The safetensors file format: eight bytes of header length, a JSON header, the tensors' bytes. Reads 32- and 16-bit
 * floats, brain floats and integers as Float32Array; writes 32- or 16-bit floats.
 */
export interface NamedTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface SafetensorsContent {
  readonly tensors: Map<string, NamedTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Longest header that is believed, bytes; the format's own limit. */
const MAXIMUM_HEADER = 100_000_000

const bytesOfType: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

/** Throws an error that says what is wrong with a file that is truncated, inconsistent or no safetensors at all. */
export function parseSafetensors(bytes: Uint8Array): SafetensorsContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : -1
  if (headerLength < 2 || headerLength > MAXIMUM_HEADER || 8 + headerLength > bytes.length) {
    throw new Error('not a safetensors file, or a truncated one: its header does not fit')
  }
  let header: Record<string, unknown>
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength))
    header = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new Error('not a safetensors file: its header is no JSON')
  }
  const start = 8 + headerLength
  const tensors = new Map<string, NamedTensor>()
  const ranges: { name: string; from: number; to: number }[] = []
  let metadata: Record<string, string> = {}
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = entry as Record<string, string>
      continue
    }
    const { dtype, shape, from, to } = checkEntry(name, entry, bytes.length - start)
    ranges.push({ name, from, to })
    tensors.set(name, { shape, data: decode(dtype, new Uint8Array(bytes.subarray(start + from, start + to))) })
  }
  ranges.sort((a, b) => a.from - b.from || a.to - b.to)
  for (const [index, range] of ranges.entries()) {
    const before = ranges[index - 1]
    if (before && range.from < before.to) throw new Error(`safetensors: "${range.name}" overlaps "${before.name}"`)
  }
  return { tensors, metadata }
}

function checkEntry(name: string, entry: unknown, available: number) {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: string; shape?: unknown; data_offsets?: unknown }
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((value) => Number.isSafeInteger(value) && (value as number) >= 0)
  const size = bytesOfType[dtype ?? '']
  if (dtype === undefined || size === undefined)
    throw new Error(`safetensors: "${name}" has the unknown type ${String(dtype)}`)
  if (!whole(shape) || !whole(offsets) || offsets.length !== 2)
    throw new Error(`safetensors: "${name}" has no shape or place`)
  const [from, to] = offsets as [number, number]
  const count = shape.reduce((product, length) => product * length, 1)
  if (to - from !== count * size)
    throw new Error(`safetensors: "${name}" has ${to - from} bytes for ${count} values of ${dtype}`)
  if (to > available) throw new Error(`safetensors: the file ends inside "${name}"; it is truncated`)
  return { dtype, shape, from, to }
}

function decode(dtype: string, bytes: Uint8Array): Float32Array {
  const { buffer } = bytes
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer)
    case 'F16':
      return halvesToFloats(new Uint16Array(buffer))
    case 'BF16': {
      const bits = Uint32Array.from(new Uint16Array(buffer), (value) => value << 16)
      return new Float32Array(bits.buffer)
    }
    case 'F64':
      return Float32Array.from(new Float64Array(buffer))
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number)
    case 'I32':
      return Float32Array.from(new Int32Array(buffer))
    case 'I16':
      return Float32Array.from(new Int16Array(buffer))
    case 'I8':
      return Float32Array.from(new Int8Array(buffer))
    default:
      return Float32Array.from(bytes)
  }
}

export interface FormatOptions {
  /** Type of the stored values; 16 bits round to the nearest, ties to even. */
  readonly type?: 'F32' | 'F16'
  readonly metadata?: Readonly<Record<string, string>>
}

export function formatSafetensors(tensors: ReadonlyMap<string, NamedTensor>, options: FormatOptions = {}): Uint8Array {
  const { type = 'F32', metadata } = options
  const size = bytesOfType[type]!
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {}
  let end = 0
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: type, shape, data_offsets: [end, end + data.length * size] }
    end += data.length * size
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const headerLength = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + headerLength + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true)
  bytes.fill(0x20, 8, 8 + headerLength)
  bytes.set(json, 8)
  let place = 8 + headerLength
  for (const { data } of tensors.values()) {
    const stored = type === 'F32' ? data : Uint16Array.from(data, floatToHalf)
    bytes.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), place)
    place += stored.byteLength
  }
  return bytes
}

/** By their bits: a weights file has millions, and whoever reads one word waits for them all. */
function halvesToFloats(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length)
  const bits = new Uint32Array(floats.buffer)
  for (let index = 0; index < halves.length; index++) {
    const half = halves[index]!
    const exponent = half & 0x7c00
    // The exponents' zeros are 15 and 127.
    if (exponent !== 0 && exponent !== 0x7c00)
      bits[index] = ((half & 0x8000) << 16) | (((half & 0x7fff) << 13) + (112 << 23))
    else floats[index] = unusualHalf(half)
  }
  return floats
}

/** Below 2^-14, infinite or no number. */
function unusualHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const fraction = half & 0x3ff
  if ((half & 0x7c00) === 0) return sign * fraction * 2 ** -24
  return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
}

/** The bits of the half nearest to a number, ties to even. */
export function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(value)) return 0x7e00
  if (size >= 65520) return sign | 0x7c00
  // Below 2^-14 halves are evenly spaced by 2^-24; above, by 2^-10 of their power of two.
  const exponent = Math.max(Math.floor(Math.log2(size)), -14)
  const spacing = 2 ** (exponent - 10)
  const steps = roundToEven(size / spacing)
  if (exponent === -14) return sign | steps
  return sign | (((exponent + 15) << 10) + steps - 1024)
}

function roundToEven(value: number): number {
  const low = Math.floor(value)
  const rest = value - low
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low
}
