/**
 * What `safl serve` makes of bodies that are meant to hurt it, among bodies that are not.
 *
 *   npx tsx bench/hostile.ts [--requests 10000] [--connections 32] [--workers 2] [--threads 1] [--every 5] [--kind 'wrong JSON' …]
 *
 * Every fifth request is hostile: a truncated image, a file of another type, a PNG of 30,000 x 30,000 pixels in 110 kB, a
 * body that comes byte by byte, an upload of 100 MB, JSON that is wrong; in turn, each in several forms. The limits are the
 * service's own defaults. It fails where an answer is not the one that is right for its kind, where a good crop is read
 * wrong, where the log has an error, or where the process ends.
 */
import { request } from 'node:http'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { counted, formOf, readCrops, resident, startServe } from './serve-process.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '32' },
    workers: { type: 'string', default: String(availableParallelism()) },
    threads: { type: 'string', default: '1' },
    words: { type: 'string', default: '200' },
    list: { type: 'string', default: '../shared/data/words/iiit5k/validation.tsv' },
    /** Names of kinds, all where none is given. */
    kind: { type: 'string', multiple: true, default: [] },
    every: { type: 'string', default: '5' },
  },
})
const requests = Number(values.requests)
/** Every so many requests one is hostile. */
const every = Number(values.every)
/** Times that memory is looked at. */
const LOOKS = 20
const UPLOAD = 100_000_000
/** Of the body that comes byte by byte, from one byte to the next. */
const PAUSE = 1000

interface Sent {
  readonly headers: Readonly<Record<string, string | number>>
  /** Chunks of the body; where it throws, the client gives up. */
  readonly body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}
interface Answer {
  readonly status: number
  readonly body: string
}
interface Kind {
  readonly name: string
  readonly make: (turn: number) => Sent
  /** Whether the answer is the right one. */
  readonly isRight: (answer: Answer) => boolean
}

const crops = await readCrops(values.list, Number(values.words))
const recognizer = await SceneTextRecognizer.load()
const texts = (await recognizer.recognizeAll(crops)).map(({ text }) => text)
await recognizer.dispose()
const png = await sharp(crops[0]!).png().toBuffer()
const jpeg = await sharp(crops[0]!).jpeg().toBuffer()
const bomb = squareOfNothing(30_000)

const whole = ({ headers, body }: ReturnType<typeof formOf>): Sent => ({
  headers: { ...headers, 'content-length': body.length },
  body: [body],
})
const json = (text: string): Sent => whole({ headers: { 'content-type': 'application/json' }, body: Buffer.from(text) })
const oneOf = <T>(all: readonly T[], turn: number): T => all[turn % all.length]!
const isImageError = ({ status, body }: Answer) =>
  status === 200 && (JSON.parse(body) as { images: { error?: { code: string } }[] }).images[0]!.error?.code === 'image'

const allKinds: readonly Kind[] = [
  {
    name: 'truncated image',
    make: (turn) => whole(formOf(oneOf([png, jpeg], turn).subarray(0, 20 + ((turn * 37) % (jpeg.length / 2))))),
    isRight: isImageError,
  },
  {
    name: 'other type',
    make: (turn) =>
      whole(
        formOf(
          oneOf(
            [
              Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'),
              Buffer.from('<!doctype html><title>x</title>'),
              Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
              Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0]),
              Buffer.from(Uint8Array.from({ length: 5000 }, (_, place) => (place * 7919 + turn) % 251)),
              Buffer.alloc(0),
            ],
            turn,
          ),
        ),
      ),
    isRight: isImageError,
  },
  { name: 'PNG of 30,000²', make: () => whole(formOf(bomb)), isRight: isImageError },
  {
    name: 'byte by byte',
    make: () => ({
      headers: { 'content-type': 'application/json', 'content-length': 900_000 },
      body: (async function* () {
        for (;;) {
          yield Buffer.from('{')
          await sleep(PAUSE)
        }
      })(),
    }),
    isRight: ({ status }) => status === 408,
  },
  {
    name: 'upload of 100 MB',
    // With its length, or in chunks that do not say it.
    make: (turn) => ({
      headers: {
        'content-type': 'multipart/form-data; boundary=x',
        ...(turn % 2 === 0 && { 'content-length': UPLOAD }),
      },
      body: (function* () {
        const chunk = Buffer.alloc(1_000_000, '-')
        for (let sent = 0; sent < UPLOAD; sent += chunk.length) yield chunk
      })(),
    }),
    // This client does not look up while it sends: it may meet the end of the connection before the answer.
    isRight: ({ status, body }) => status === 413 || (status === 0 && /EPIPE|ECONNRESET/.test(body)),
  },
  {
    name: 'wrong JSON',
    make: (turn) =>
      json(
        oneOf(
          [
            '{"images":["',
            '[]',
            '{"images":{"length":9}}',
            `{"images":[${'['.repeat(100_000)}`,
            '{"images":[1]}',
            '{"images":["aGk="],"__proto__":{"lexicon":["A"]},"nonsense":1}',
            `{"images":["${png.toString('base64')}"],"pattern":"${'('.repeat(400)}"}`,
            '{"images":["aGk="],"lexicon":[null]}',
          ],
          turn,
        ),
      ),
    isRight: ({ status }) => status === 400,
  },
]

const kinds = allKinds.filter(({ name }) => values.kind.length === 0 || values.kind.includes(name))
const service = await startServe('--workers', values.workers, '--threads', values.threads)
const tally = new Map<string, Map<string, number>>()
const wrong: string[] = []
try {
  await run(0, Number(values.words), () => null)
  const memory = [await resident(service)]
  const start = performance.now()
  const slow: Promise<void>[] = []
  for (let look = 0; look < LOOKS; look++) {
    const [from, to] = [look, look + 1].map((each) => Math.round((requests * each) / LOOKS)) as [number, number]
    await run(from, to, (index) => (index % every === 0 ? oneOf(kinds, index / every) : null), slow)
    memory.push(await resident(service))
  }
  await Promise.all(slow)
  memory.push(await resident(service))
  const seconds = (performance.now() - start) / 1000
  for (const [name, statuses] of tally)
    console.log(`${name}: ${[...statuses].map(([status, count]) => `${count} x ${status}`).join(', ')}`)
  const third = memory.slice(Math.round(LOOKS / 3), Math.round((2 * LOOKS) / 3))
  console.log(
    `${requests} requests in ${seconds.toFixed(0)} s; resident MiB at the start ${memory[0]}, in the middle third ${Math.min(...third)} to ${Math.max(...third)}, at the end ${memory.at(-1)}; all: ${memory.join(' ')}`,
  )
  const [queue, held] = [await counted(service, 'safl_queue_images'), await counted(service, 'safl_held_bytes')]
  const last = await send(whole(formOf(crops[0]!)))
  const { text } = (JSON.parse(last.body) as { images: { text: string }[] }).images[0]!
  console.log(`then: ${queue} images and ${held} bytes held; a normal request: ${last.status}, "${text}"`)
  if (text !== texts[0] || queue + held > 0) wrong.push('something of the requests stays')
} finally {
  service.child.kill('SIGTERM')
}
const [code] = await service.exit
console.log(`exit status ${code}; ${service.faults.length} errors logged; ${wrong.length} answers wrong`)
for (const each of [...new Set([...wrong, ...service.faults])].slice(0, 10)) console.log(each)
if (wrong.length + service.faults.length > 0 || code !== 0) process.exitCode = 1

/** Those of the numbers, on so many connections at once; bodies that come slowly take none of them, and are waited for by the caller. */
async function run(
  from: number,
  to: number,
  kindOf: (index: number) => Kind | null,
  slow: Promise<void>[] = [],
): Promise<void> {
  let next = from
  const client = async () => {
    while (next < to) {
      const index = next++
      const kind = kindOf(index)
      if (kind === null) await good(index)
      else if (kind.name === 'byte by byte') slow.push(hostile(kind, index))
      else await hostile(kind, index)
    }
  }
  await Promise.all(Array.from({ length: Number(values.connections) }, client))
}

async function good(index: number): Promise<void> {
  const place = index % crops.length
  const { status, body } = await send(whole(formOf(crops[place]!)))
  count('good crop', String(status))
  const text = status === 200 ? (JSON.parse(body) as { images: { text?: string }[] }).images[0]!.text : null
  if (text !== texts[place]) wrong.push(`good crop ${place}: ${status} ${body.slice(0, 200)}`)
}

async function hostile({ name, make, isRight }: Kind, index: number): Promise<void> {
  const answer = await send(make(Math.floor(index / every / kinds.length)))
  count(name, answer.status === 0 ? 'cut off' : String(answer.status))
  if (!isRight(answer)) wrong.push(`${name}: ${answer.status} ${answer.body.slice(0, 200)}`)
}

function count(name: string, status: string): void {
  const statuses = tally.get(name) ?? new Map<string, number>()
  tally.set(name, statuses.set(status, (statuses.get(status) ?? 0) + 1))
}

/** The answer, also where it comes before the body is sent; status 0 where there is none, with the reason. */
function send({ headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve) => {
    let isOver = false
    const over = (answer: Answer) => {
      isOver = true
      sending.destroy()
      resolve(answer)
    }
    const sending = request(`${service.url}/v1/recognize`, { method: 'POST', headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => over({ status: answer.statusCode!, body: text }))
      answer.on('error', (error) => over({ status: 0, body: String(error) }))
    })
    sending.on('error', (error) => {
      // What was answered may be still on its way.
      setTimeout(() => !isOver && over({ status: 0, body: String(error) }), 500)
    })
    const write = async () => {
      for await (const chunk of body) {
        if (isOver || sending.destroyed) return
        if (!sending.write(chunk))
          await new Promise<void>((go) => {
            const on = () => {
              sending.off('drain', on).off('close', on)
              go()
            }
            sending.on('drain', on).on('close', on)
          })
      }
      sending.end()
    }
    void write()
  })
}

/** A PNG of one bit a pixel, all of them 0: 112 MB that are 110 kB. */
function squareOfNothing(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    size.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([size, body, check])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
