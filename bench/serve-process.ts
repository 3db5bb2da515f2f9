/** `safl serve` as a process that is measured, and the forms that it is asked by. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export interface ServeProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Status and signal that it ended with. */
  readonly exit: Promise<readonly [number | null, NodeJS.Signals | null]>
  /** Lines of its log of the levels error and fatal. */
  readonly faults: readonly string[]
}

/** pino's number of the level error. */
const ERROR = 50

/** Started from its source; rejects where it ends before it listens. */
export async function startServe(...options: string[]): Promise<ServeProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = new Promise<readonly [number | null, NodeJS.Signals | null]>((ended) =>
    child.once('exit', (code, signal) => ended([code, signal])),
  )
  const faults: string[] = []
  const url = await new Promise<string>((found, reject) => {
    void exit.then(([code]) => reject(new Error(`the service ended with ${code}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const { url, level } = JSON.parse(line) as { url?: string; level: number }
      if (level >= ERROR) faults.push(line)
      if (url) found(url)
    })
  })
  return { url, child, exit, faults }
}

/** MiB of memory that the process holds, by its own count. */
export async function resident({ url }: Pick<ServeProcess, 'url'>): Promise<number> {
  return Math.round((await counted({ url }, 'process_resident_memory_bytes')) / 2 ** 20)
}

/** A number of `/metrics`. */
export async function counted({ url }: Pick<ServeProcess, 'url'>, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  if (line === undefined) throw new Error(`/metrics has no ${name}`)
  return Number(line.slice(name.length))
}

/** Bytes of crops that have a label in a TSV list: path, tab, text. */
export async function readCrops(list: string, count: number): Promise<Buffer[]> {
  const lines = (await readFile(list, 'utf8')).split('\n').filter((line) => line !== '')
  return Promise.all(lines.slice(0, count).map((line) => readFile(resolve(dirname(list), line.split('\t')[0]!))))
}

export interface Form {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A form of one file. */
export function formOf(bytes: Uint8Array, type = 'image/png'): Form {
  const boundary = 'crop'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="crop.png"\r\nContent-Type: ${type}\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
