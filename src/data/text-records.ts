/**
 * Records of a text file (lines, or rows of CSV), found in one pass and read one by one: only their places stay in
 * memory, so that a file of millions of labels costs megabytes. (Node)
 */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { parse } from 'csv-parse'

/** Where records lie: byte offsets, and the line that each begins on, from 1. */
interface Places {
  readonly starts: number[]
  readonly ends: number[]
  readonly lines: number[]
}

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
/** Bytes that are read at once. */
const CHUNK = 1 << 20
/** Rows may differ in length: what they lack is said of each by name. */
export const CSV = {
  bom: true,
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n'],
}
/** Also takes away a byte-order mark. */
const decoder = new TextDecoder('utf-8', { fatal: true })

export class TextRecords {
  readonly path: string
  private readonly file: number
  private readonly places: Places

  private constructor(path: string, file: number, places: Places) {
    this.path = path
    this.file = file
    this.places = places
  }

  /** Finds the records; blank lines are none. Rejects for a file that is missing, or CSV whose quotes do not close. */
  static async open(path: string, kind: 'lines' | 'csv'): Promise<TextRecords> {
    let file: number
    try {
      file = openSync(path, 'r')
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      throw new Error(`${path}: ${missing ? 'no such file of labels' : (error as Error).message}`)
    }
    try {
      const places = kind === 'lines' ? await findLines(path) : await findRows(path)
      return new TextRecords(path, file, places)
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  get length(): number {
    return this.places.starts.length
  }

  /** What messages call a record. */
  nameOf(index: number): string {
    return `${this.path}, line ${this.places.lines[index]}`
  }

  /** One record without its line end. Throws, by file and line, what is not UTF-8. */
  read(index: number): string {
    const start = this.places.starts[index]!
    const bytes = Buffer.alloc(this.places.ends[index]! - start)
    readSync(this.file, bytes, 0, bytes.length, start)
    return this.decode(bytes, index)
  }

  /** All records in order. */
  *[Symbol.iterator](): Generator<string | Error> {
    let [chunk, chunkStart] = [Buffer.alloc(0), 0]
    for (const [index, start] of this.places.starts.entries()) {
      const end = this.places.ends[index]!
      if (end > chunkStart + chunk.length) {
        chunk = Buffer.alloc(Math.max(CHUNK, end - start))
        chunk = chunk.subarray(0, readSync(this.file, chunk, 0, chunk.length, start))
        chunkStart = start
      }
      try {
        yield this.decode(chunk.subarray(start - chunkStart, end - chunkStart), index)
      } catch (error) {
        yield error as Error
      }
    }
  }

  close(): void {
    closeSync(this.file)
  }

  private decode(bytes: Uint8Array, index: number): string {
    try {
      return decoder.decode(bytes)
    } catch {
      throw new Error(`${this.nameOf(index)}: is not UTF-8 text`)
    }
  }
}

async function findLines(path: string): Promise<Places> {
  const places: Places = { starts: [], ends: [], lines: [] }
  let [position, start, line, last] = [0, 0, 1, NEWLINE]
  let blank = true
  const finish = () => {
    if (!blank) {
      places.starts.push(start)
      places.ends.push(last === CARRIAGE_RETURN ? position - 1 : position)
      places.lines.push(line)
    }
    start = position + 1
    line++
    blank = true
  }
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte === NEWLINE) finish()
      else if (byte > SPACE) blank = false
      last = byte
      position++
    }
  }
  finish()
  return places
}

async function findRows(path: string): Promise<Places> {
  const places: Places = { starts: [], ends: [], lines: [] }
  const rows = createReadStream(path).pipe(parse({ ...CSV, info: true }))
  let [start, line] = [0, 1]
  try {
    for await (const { info } of rows as AsyncIterable<{ info: { bytes: number; lines: number } }>) {
      places.starts.push(start)
      places.ends.push(info.bytes)
      places.lines.push(line)
      start = info.bytes
      line = info.lines + 1
    }
  } catch (error) {
    throw new Error(`${path}: is no CSV: ${(error as Error).message.trim()}`)
  }
  return places
}
