/** A file that grows by whole lines. (Node) */
import { type FileHandle, open } from 'node:fs/promises'

const CHUNK = 1 << 20
const NEWLINE = 10
/** Bytes of what is only begun that are looked at. */
const SHOWN = 64

export class LineFile {
  private readonly path: string
  private readonly file: FileHandle
  /** Bytes of whole lines, and of the file. */
  private size: number
  private onDisk: number
  /** Whole lines. */
  count: number
  /** The last of them, when the file was opened. */
  readonly last: string
  /** How what comes after it began: what was written of a line when a process ended. */
  readonly begun: string

  private constructor(path: string, file: FileHandle, found: Found) {
    this.path = path
    this.file = file
    this.size = found.size
    this.onDisk = found.onDisk
    this.count = found.count
    this.last = found.last
    this.begun = found.begun
  }

  /** Makes the file where there is none, and leaves one as it is until something is appended. */
  static async open(path: string): Promise<LineFile> {
    const file = await open(path, 'r+')
      .catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return open(path, 'wx+')
      })
      .catch((error: NodeJS.ErrnoException) => {
        throw new Error(`${path}: cannot be written (${error.code})`)
      })
    return new LineFile(path, file, await findLines(file))
  }

  /** In the place of a line that was only begun. Rejects where another process has written to the file. */
  async append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return
    const { size } = await this.file.stat()
    if (size !== this.onDisk) throw new Error(`${this.path}: is written by another process, too; name another file`)
    if (this.onDisk > this.size) await this.file.truncate(this.size)
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, this.size + done)
      done += bytesWritten
    }
    this.size += bytes.length
    this.onDisk = this.size
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
  readonly onDisk: number
  readonly begun: string
  readonly count: number
  readonly last: string
}

async function findLines(file: FileHandle): Promise<Found> {
  const chunk = Buffer.alloc(CHUNK)
  let [count, size, before, place] = [0, 0, 0, 0]
  while (true) {
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
  const begun = Buffer.alloc(Math.min(place - size, SHOWN))
  await file.read(begun, 0, begun.length, size)
  return { size, onDisk: place, count, last: last.toString(), begun: begun.toString() }
}
