/**
 * Records of a text file (lines, or rows of several lines), found in one pass and read one by one: only their places stay
 * in memory, so that a file of millions of labels costs megabytes. (Node)
 */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { decodeBytes, findEncoding, type TextEncoding } from '../text-encoding.ts'

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
/** Bytes by which the encoding and the line ends of a file are known. */
const HEAD = 1 << 16

export class TextRecords {
  readonly path: string
  private readonly file: number
  private readonly encoding: TextEncoding
  private readonly places: Places

  private constructor(path: string, file: number, { encoding, places }: { encoding: TextEncoding; places: Places }) {
    this.path = path
    this.file = file
    this.encoding = encoding
    this.places = places
  }

  /**
   * Finds the lines; blank ones are none. They are UTF-8, or UTF-16 where that is certain, and end with LF, CRLF, or CR
   * where the file has no LF. Rejects for a file that is missing, a folder or UTF-32.
   */
  static async open(path: string): Promise<TextRecords> {
    let file: number
    try {
      file = openSync(path, 'r')
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      throw new Error(`${path}: ${missing ? 'no such file of labels' : (error as Error).message}`)
    }
    try {
      if (fstatSync(file).isDirectory()) throw new Error('is a folder; give the file of labels')
      const head = Buffer.alloc(HEAD)
      const known = head.subarray(0, readSync(file, head, 0, HEAD, 0))
      const encoding = findEncoding(known)
      return new TextRecords(path, file, {
        encoding,
        places: await findLines(path, encoding, lineEnd(known, encoding)),
      })
    } catch (error) {
      closeSync(file)
      throw new Error(`${path}: ${(error as Error).message}`)
    }
  }

  /** The same file with lines joined to records: of each line that is open, how many belong together from it on. */
  joined(isOpen: (line: string) => boolean, countLines: (index: number) => number): TextRecords {
    const places: Places = { starts: [], ends: [], lines: [] }
    let [index, next] = [-1, 0]
    for (const line of this) {
      if (++index < next) continue
      next = index + (typeof line === 'string' && isOpen(line) ? countLines(index) : 1)
      places.starts.push(this.places.starts[index]!)
      places.ends.push(this.places.ends[next - 1]!)
      places.lines.push(this.places.lines[index]!)
    }
    return new TextRecords(this.path, this.file, { encoding: this.encoding, places })
  }

  get length(): number {
    return this.places.starts.length
  }

  /** What messages call a record. */
  nameOf(index: number): string {
    return `${this.path}, line ${this.places.lines[index]}`
  }

  /** One record without its line end. Throws, by file and line, what is no text. */
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
      return decodeBytes(bytes, this.encoding.name)
    } catch (error) {
      throw new Error(`${this.nameOf(index)}: ${(error as Error).message}`)
    }
  }
}

/** What ends a line: CR in files of old Macs, which have no LF at all. */
function lineEnd(head: Uint8Array, { name }: TextEncoding): number {
  const text = new TextDecoder(name).decode(head)
  return text.includes('\r') && !text.includes('\n') ? CARRIAGE_RETURN : NEWLINE
}

async function findLines(path: string, { name, mark, width }: TextEncoding, ending: number): Promise<Places> {
  const places: Places = { starts: [], ends: [], lines: [] }
  let [position, start, line, last, half] = [mark, mark, 1, ending, 0]
  let blank = true
  /** Ends the record whose line end, or the file's, is the unit before this place. */
  const finish = (end: number) => {
    if (!blank) {
      places.starts.push(start)
      places.ends.push(last === CARRIAGE_RETURN ? end - width : end)
      places.lines.push(line)
    }
    start = position
    line++
    blank = true
  }
  const chunks = createReadStream(path, { highWaterMark: CHUNK, start: mark })
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      position++
      let unit = byte
      if (width === 2) {
        if ((position - mark) % 2 === 1) {
          half = byte
          continue
        }
        unit = name === 'utf-16le' ? byte * 256 + half : half * 256 + byte
      }
      if (unit === ending) finish(position - width)
      else if (unit > SPACE) blank = false
      last = unit
    }
  }
  finish(position)
  return places
}
