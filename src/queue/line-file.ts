/** A file that grows by whole lines. (Node) */
import { type FileHandle, open } from 'node:fs/promises'

const CHUNK = 1 << 20
const NEWLINE = 10

export class LineFile {
  private readonly path: string
  private readonly file: FileHandle
  private size: number
  /** Whole lines. */
  count: number
  /** The last of them, when the file was opened. */
  readonly last: string

  private constructor(path: string, file: FileHandle, found: Found) {
    this.path = path
    this.file = file
    this.size = found.size
    this.count = found.count
    this.last = found.last
  }

  /** Makes the file where there is none; what was written of a last line when a process ended is cut off. */
  static async open(path: string): Promise<LineFile> {
    const file = await open(path, 'r+')
      .catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return open(path, 'wx+')
      })
      .catch((error: NodeJS.ErrnoException) => {
        throw new Error(`${path}: cannot be written (${error.code})`)
      })
    const found = await findLines(file)
    await file.truncate(found.size)
    return new LineFile(path, file, found)
  }

  /** Rejects where another process has written to the file. */
  async append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return
    const { size } = await this.file.stat()
    if (size !== this.size) throw new Error(`${this.path}: is written by another process, too; name another file`)
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, this.size + done)
      done += bytesWritten
    }
    this.size += bytes.length
    this.count += lines.length
  }

  /** Until it is on the disk. */
  async sync(): Promise<void> {
    await this.file.sync()
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

interface Found {
  readonly size: number
  readonly count: number
  readonly last: string
}

async function findLines(file: FileHandle): Promise<Found> {
  const chunk = Buffer.alloc(CHUNK)
  let [count, size, before] = [0, 0, 0]
  for (let place = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, place)
    if (bytesRead === 0) break
    for (let at = chunk.indexOf(NEWLINE); at >= 0 && at < bytesRead; at = chunk.indexOf(NEWLINE, at + 1)) {
      count++
      before = size
      size = place + at + 1
    }
    place += bytesRead
  }
  const last = Buffer.alloc(Math.max(0, size - before - 1))
  await file.read(last, 0, last.length, before)
  return { size, count, last: last.toString() }
}
