/** A service with a model, on a port: what it reads, what it survives, and how it ends. */
import { Agent, request as askOnce } from 'node:http'
import { connect } from 'node:net'
import { pino } from 'pino'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { type Service, type StartOptions, startService } from '../../src/serve/service.ts'
import { form, json } from './fake-app.ts'

const start = (options: Partial<StartOptions> = {}) =>
  startService({
    version: '1.2.3',
    host: '127.0.0.1',
    port: 0,
    workers: 1,
    load: { model: 'tiny', threads: 1 },
    log: pino({ level: 'silent' }),
    ...options,
  })

let service: Service
let exit: Buffer
beforeAll(async () => {
  service = await start({ limits: { milliseconds: 5000, bodyBytes: 2 ** 20 } })
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`
  exit = await sharp(Buffer.from(svg)).png().toBuffer()
})
afterAll(() => service.stop(5000))

const recognize = (init: RequestInit, { url } = service) => fetch(`${url}/v1/recognize`, init)
/** 0 of what was never counted. */
const counted = async (name: string) => {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

test('reads as the recogniser itself does', async () => {
  const recognizer = await SceneTextRecognizer.load({ model: 'tiny', threads: 1, worker: false })
  const options = { alternatives: 2, characterAlternatives: 1 }
  const alone = await recognizer.recognize(exit, options)
  await recognizer.dispose()
  expect(alone.text).toBe('EXIT')
  const answer = await recognize(json({ images: [exit.toString('base64')], ...options }))
  expect(await answer.json()).toEqual({ model: 'tiny', images: [JSON.parse(JSON.stringify(alone))] })
})

test('with a lexicon, and with a pattern that nothing matches', async () => {
  const words = await recognize(form({ a: exit, b: exit }, [['lexicon', 'EXTRA\nEXITS']]))
  expect(await words.json()).toMatchObject({ images: [{ text: 'EXITS' }, { text: 'EXITS' }] })
  const wrong = await recognize(form({ a: exit, b: exit }, [['pattern', '[A-']]))
  expect(await wrong.json()).toMatchObject({ status: 400, option: 'pattern' })
})

test('says what reads', async () => {
  expect(await (await fetch(`${service.url}/v1/models`)).json()).toEqual({
    models: [
      {
        id: 'tiny',
        decoder: 'attention',
        precision: 'int8',
        parameters: 3735657,
        characters: expect.stringMatching(/^0123456789abc.*~ $/),
        maximumLength: 32,
      },
    ],
  })
})

test('requests that come together are read together', async () => {
  const [batches, images] = [await counted('safl_batch_images_count'), await counted('safl_batch_images_sum')]
  // With alternatives a reading takes longer than a request, however fast the weights are.
  const ask = () => recognize(form({ a: exit }, [['alternatives', '3']]))
  const answers = await Promise.all(Array.from({ length: 24 }, ask))
  const texts = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Read).images[0]!.text))
  expect(texts).toEqual(Array(24).fill('EXIT'))
  expect((await counted('safl_batch_images_sum')) - images).toBe(24)
  // How many go together is a matter of how fast they come; the gatherer's own test counts them.
  expect((await counted('safl_batch_images_count')) - batches).toBeLessThan(24)
})

interface Read {
  images: { text: string }[]
}

describe('hostile clients', () => {
  /** What comes back on a connection until it is closed; the first part is sent at once, the last one again and again. */
  const raw = (parts: readonly string[], { url } = service) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(parts[0]!))
      const timer = setInterval(() => socket.write(parts.at(-1)!), 50)
      let answer = ''
      socket.on('data', (bytes) => {
        answer += bytes
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        clearInterval(timer)
        resolve(answer)
      })
    })

  test('no HTTP, or no end of headers', async () => {
    expect(await raw(['nonsense\r\n\r\n'])).toMatch(/^HTTP\/1.1 400 /)
    expect(await raw([`GET / HTTP/1.1\r\nx: ${'x'.repeat(40_000)}\r\n`])).toMatch(/^HTTP\/1.1 431 /)
  })

  test('a body byte by byte: 408 when its time is over', async () => {
    const slow = await start({ limits: { milliseconds: 400 } })
    const head = `POST /v1/recognize HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n`
    const answer = await raw([head, '{'], slow)
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
    expect(answer).toContain('"code":"slow"')
    expect(await slow.stop(5000)).toBe(true)
  })

  test('100 MB: 413 and not read', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': 100_000_000 }
      const sending = askOnce(`${service.url}/v1/recognize`, { method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode!)
        sending.destroy()
      })
      sending.on('error', reject)
      sending.write(Buffer.alloc(500_000))
    })
    expect(status).toBe(413)
  })

  test('whoever leaves in the middle leaves nothing behind', async () => {
    const many = form(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.png`, exit])))
    const read = await counted('safl_words_read_total')
    const leave = new AbortController()
    const asked = recognize({ ...many, signal: leave.signal })
    await expect.poll(() => counted('safl_queue_images'), { interval: 5 }).toBeGreaterThan(0)
    leave.abort()
    await expect(asked).rejects.toThrow('aborted')
    const left = 'safl_requests_total{route="/v1/recognize",method="POST",status="499"}'
    await expect.poll(() => counted(left)).toBe(1)
    expect(await counted('safl_words_read_total')).toBe(read)
    await expect.poll(() => counted('safl_queue_images')).toBe(0)
    await expect.poll(() => counted('safl_held_bytes')).toBe(0)
  })

  test('a hundred of all kinds, and no 500; then it reads', async () => {
    const noise = Buffer.from(Uint8Array.from({ length: 5000 }, (_, place) => (place * 7919) % 251))
    const kinds: RequestInit[] = [
      form({ a: exit.subarray(0, 300) }),
      form({ a: noise, b: exit }),
      form({ a: Buffer.concat([exit.subarray(0, 60), noise]) }),
      json({ images: [noise.toString('base64'), '%%%'] }),
      json({ images: { length: 9 } }),
      { method: 'POST', body: noise },
      { method: 'POST', body: noise, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      { method: 'POST', body: '{"images":["', headers: { 'content-type': 'application/json' } },
      form({ a: exit }, [['pattern', '((a{0,30}){0,30}){0,30}']]),
      form({ a: exit }, [['lexicon', '\u0000\n\ud800']]),
    ]
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => recognize(kinds[index % 10]!)))
    const statuses = new Set(answers.map(({ status }) => status))
    expect([...statuses].filter((status) => ![200, 400, 415].includes(status))).toEqual([])
    expect(await (await recognize(form({ a: exit }))).json()).toMatchObject({ images: [{ text: 'EXIT' }] })
  })
})

test('stops under load: what it took is answered, and nothing is taken any more', async () => {
  const stopping = await start()
  const agent = new Agent({ keepAlive: true })
  const body = json({ images: [exit.toString('base64')] })
  const ask = () =>
    new Promise<number | string>((resolve) => {
      const headers = { 'content-type': 'application/json' }
      const sent = askOnce(`${stopping.url}/v1/recognize`, { method: 'POST', headers, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode!))
      })
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      sent.end(body.body)
    })
  const seen: (number | string)[] = []
  const clients = Array.from({ length: 8 }, async () => {
    for (;;) {
      const answer = await ask()
      seen.push(answer)
      if (answer !== 200) return
    }
  })
  await expect.poll(() => seen.length).toBeGreaterThan(10)
  const before = seen.length
  const isClean = await stopping.stop(20_000)
  await Promise.all(clients)
  agent.destroy()
  expect(isClean).toBe(true)
  // Whoever comes afterwards finds nobody.
  expect(seen.filter((answer) => answer !== 200)).toEqual(Array(8).fill('ECONNREFUSED'))
  expect(seen.length).toBeGreaterThanOrEqual(before + 8)
})

test('a port that is taken, and weights that are not there, are said', async () => {
  const { port } = new URL(service.url)
  await expect(start({ port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await expect(start({ load: { model: 'nowhere.safetensors' } })).rejects.toThrow(
    'nowhere.safetensors: no such weights',
  )
})
