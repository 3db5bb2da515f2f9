/** Reads which characters a font file draws: the `cmap` table of .ttf, .otf, .woff and .woff2 files, and no other table. */
import { readFileSync } from 'node:fs'
import { brotliDecompressSync, inflateSync } from 'node:zlib'

/** Tables that a .woff2 file names by number; only their order matters here. */
const CMAP_NUMBER = 0
const NAMED_BY_TAG = 63
const GLYF_NUMBER = 10
const LOCA_NUMBER = 11

/**
 * Code points from 33 to 126 that the font has a glyph for.
 * Throws an error that names the file when it is no font file.
 */
export function readDrawableCharacters(file: string): Set<string> {
  const bytes = readFileSync(file)
  const characters = new Set<string>()
  try {
    const table = findCharacterMap(bytes)
    const glyphOf = parseCharacterMap(table)
    for (let code = 33; code <= 126; code++) if (glyphOf(code) !== 0) characters.add(String.fromCharCode(code))
  } catch (error) {
    throw new Error(
      `font ${file}: not a readable font file (${(error as Error).message}); use .ttf, .otf, .woff or .woff2`,
    )
  }
  return characters
}

function findCharacterMap(bytes: Buffer): Buffer {
  const signature = bytes.toString('latin1', 0, 4)
  if (signature === 'wOF2') return characterMapOfWoff2(bytes)
  const isWoff = signature === 'wOFF'
  const tables = bytes.readUInt16BE(isWoff ? 12 : 4)
  const start = isWoff ? 44 : 12
  const stride = isWoff ? 20 : 16
  for (let index = 0; index < tables; index++) {
    const entry = start + index * stride
    if (bytes.toString('latin1', entry, entry + 4) !== 'cmap') continue
    if (!isWoff) {
      const offset = bytes.readUInt32BE(entry + 8)
      return bytes.subarray(offset, offset + bytes.readUInt32BE(entry + 12))
    }
    const offset = bytes.readUInt32BE(entry + 4)
    const stored = bytes.readUInt32BE(entry + 8)
    const data = bytes.subarray(offset, offset + stored)
    return stored < bytes.readUInt32BE(entry + 12) ? inflateSync(data) : data
  }
  throw new Error('no cmap table')
}

/** All tables of a .woff2 lie in one Brotli stream, in the order of its directory. */
function characterMapOfWoff2(bytes: Buffer): Buffer {
  const tables = bytes.readUInt16BE(12)
  const compressed = bytes.readUInt32BE(20)
  let place = 48
  const readBase128 = () => {
    let value = 0
    for (;;) {
      const byte = bytes.readUInt8(place++)
      value = value * 128 + (byte & 127)
      if (byte < 128) return value
    }
  }
  let offset = 0
  let found: { offset: number; length: number } | undefined
  for (let index = 0; index < tables; index++) {
    const flags = bytes.readUInt8(place++)
    const number = flags & 63
    let tag = ''
    if (number === NAMED_BY_TAG) {
      tag = bytes.toString('latin1', place, place + 4)
      place += 4
    }
    const isOutline = number === GLYF_NUMBER || number === LOCA_NUMBER || tag === 'glyf' || tag === 'loca'
    const version = flags >> 6
    let length = readBase128()
    // Outlines are transformed unless version 3 says not; any other table is when its version is not 0.
    if (isOutline ? version !== 3 : version !== 0) length = readBase128()
    if (number === CMAP_NUMBER || tag === 'cmap') found = { offset, length }
    offset += length
  }
  if (!found) throw new Error('no cmap table')
  const data = brotliDecompressSync(bytes.subarray(place, place + compressed))
  return data.subarray(found.offset, found.offset + found.length)
}

function parseCharacterMap(table: Buffer): (code: number) => number {
  const subtables = table.readUInt16BE(2)
  let best: { offset: number; format: number } | undefined
  for (let index = 0; index < subtables; index++) {
    const platform = table.readUInt16BE(4 + index * 8)
    const encoding = table.readUInt16BE(6 + index * 8)
    const offset = table.readUInt32BE(8 + index * 8)
    const format = table.readUInt16BE(offset)
    const isUnicode = platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10))
    if (isUnicode && (format === 4 || format === 12) && (!best || format > best.format)) best = { offset, format }
  }
  if (!best) throw new Error('no Unicode character map')
  const { offset, format } = best
  return format === 12 ? (code) => glyphOfGroups(table, offset, code) : (code) => glyphOfSegments(table, offset, code)
}

function glyphOfGroups(table: Buffer, offset: number, code: number): number {
  const groups = table.readUInt32BE(offset + 12)
  for (let index = 0; index < groups; index++) {
    const group = offset + 16 + index * 12
    const first = table.readUInt32BE(group)
    if (code >= first && code <= table.readUInt32BE(group + 4)) return table.readUInt32BE(group + 8) + code - first
  }
  return 0
}

function glyphOfSegments(table: Buffer, offset: number, code: number): number {
  const doubled = table.readUInt16BE(offset + 6)
  for (let segment = 0; segment < doubled; segment += 2) {
    const end = table.readUInt16BE(offset + 14 + segment)
    if (code > end) continue
    const startAt = offset + 16 + doubled + segment
    const start = table.readUInt16BE(startAt)
    if (code < start) return 0
    const delta = table.readUInt16BE(startAt + doubled)
    const rangeAt = startAt + 2 * doubled
    const range = table.readUInt16BE(rangeAt)
    if (range === 0) return (code + delta) & 0xffff
    const glyph = table.readUInt16BE(rangeAt + range + 2 * (code - start))
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
  return 0
}
