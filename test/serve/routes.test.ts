/** What the service's routes answer, whatever reads. */
import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { SaflError } from '../../src/error.ts'
import { checkRecognizeOptions } from '../../src/recognize/check-options.ts'
import { photographOptions, serviceOptions } from '../../src/serve/service-options.ts'
import { fakeApp, form, json, readSizes } from './fake-app.ts'

let png: Buffer
let jpeg: Buffer
beforeAll(async () => {
  const image = sharp(randomBytes(20 * 10 * 3), { raw: { width: 20, height: 10, channels: 3 } })
  png = await image.clone().png().toBuffer()
  jpeg = await image.clone().resize(30, 10).jpeg().toBuffer()
})

const read = { confidence: 1, characters: [], turned: 0 }

describe('POST /v1/recognize', () => {
  test('reads the files of a form, in their order, each with its name', async () => {
    const { ask } = await fakeApp()
    const answer = await ask('/v1/recognize', form({ 'b.png': png, 'a.jpg': jpeg }))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      model: 'fake',
      images: [
        { name: 'b.png', text: '20x10', ...read },
        { name: 'a.jpg', text: '30x10', ...read },
      ],
    })
  })

  test('reads base64, also as canvases write it', async () => {
    const { ask } = await fakeApp()
    const images = [png.toString('base64'), `data:image/jpeg;base64,${jpeg.toString('base64')}`]
    expect(await (await ask('/v1/recognize', json({ images }))).json()).toMatchObject({
      images: [{ text: '20x10' }, { text: '30x10' }],
    })
  })

  test('an image that cannot be read has its reason, and the others are read', async () => {
    const { ask } = await fakeApp({ limits: { pixels: 1000 } })
    const files = {
      'cut.png': png.subarray(0, 200),
      'good.png': png,
      'text.png': Buffer.from('hello'),
      'empty.png': Buffer.alloc(0),
      'bomb.png': bomb(),
      'drawing.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'noise.jpg': Buffer.from([0xff, 0xd8, 0xff, ...randomBytes(50)]),
      'short.bmp': Buffer.from('BM'),
    }
    const { images } = (await (await ask('/v1/recognize', form(files))).json()) as {
      images: { name: string; text?: string; error?: { code: string; message: string } }[]
    }
    expect(images.map(({ name, text, error }) => [name, text ?? `${error!.code}: ${error!.message}`])).toEqual([
      ['cut.png', expect.stringMatching(/^image: images\[0\]: is damaged /)],
      ['good.png', '20x10'],
      ['text.png', 'image: images[2]: is text, not an image ("hello")'],
      ['empty.png', 'image: images[3]: is empty'],
      ['bomb.png', 'image: images[4]: is 30000x30000 pixels; at most 1000 are read'],
      ['drawing.svg', 'image: images[5]: is none of the formats that are read: PNG, JPEG, WebP, GIF, TIFF, BMP, AVIF'],
      ['noise.jpg', 'image: images[6]: is a damaged JPEG image'],
      ['short.bmp', 'image: images[7]: is a damaged BMP image'],
    ])
  })

  test('what is no base64 is neither fetched nor opened', async () => {
    const { ask } = await fakeApp()
    const images = ['http://127.0.0.1/x.png', '/etc/passwd', 'file:///etc/passwd', png.toString('base64')]
    const answer = (await (await ask('/v1/recognize', json({ images }))).json()) as { images: object[] }
    expect(answer.images.map((image) => ('error' in image ? (image.error as Error).message : image))).toEqual([
      "images[0]: is no base64: an image's own bytes are read, no address and no path",
      // Of letters that base64 has: its bytes are no image.
      expect.stringMatching(/^images\[1\]: is none of the formats/),
      "images[2]: is no base64: an image's own bytes are read, no address and no path",
      { text: '20x10', ...read },
    ])
  })
})

describe('options', () => {
  test('are handed on as they are meant, from a form and from JSON', async () => {
    const seen: object[] = []
    const { ask } = await fakeApp({
      read: async (images, { signal: _, ...options }) => {
        seen.push(options)
        return readSizes(images, options)
      },
    })
    const options = {
      lexicon: ['EXIT', 'TAXI'],
      pattern: '[A-Z]+',
      allow: 'AEIXT',
      alternatives: 2,
      characterAlternatives: 3,
      beamWidth: 7,
      orientation: 'any',
      secondLook: false,
    }
    const { lexicon, ...others } = options
    const fields = Object.entries(others).map(([name, value]) => [name, String(value)] as const)
    await ask('/v1/recognize', form({ a: png }, [...fields, ['lexicon', lexicon.join('\n')]]))
    await ask('/v1/recognize', form({ a: png }, [...fields, ...lexicon.map((word) => ['lexicon', word] as const)]))
    await ask('/v1/recognize', json({ images: [png.toString('base64')], ...options }))
    expect(seen).toEqual([options, options, options])
  })

  test.each([
    [{ beamWidth: 'wide' }, 'beamWidth', 'beamWidth: "wide" is no whole number from 1 to 1000'],
    [{ beamWidth: 51 }, 'beamWidth', 'beamWidth: 51: Too big: expected number to be <=50'],
    [{ orientation: 'sideways' }, 'orientation', 'orientation: "sideways" is none of auto, upright, any'],
    [{ secondLook: 'maybe' }, 'secondLook', 'secondLook: "maybe" is neither true nor false'],
    [{ alternative: 3 }, 'alternative', 'alternative: is no option; did you mean alternatives?'],
    [
      { batchSize: 3 },
      'batchSize',
      expect.stringMatching(/^batchSize: is no option of the service; there are lexicon/),
    ],
    [
      { minimumConfidence: 1 },
      'minimumConfidence',
      expect.stringMatching(/^minimumConfidence: is no option; there are/),
    ],
    [{ lexicon: [] }, 'lexicon', expect.stringMatching(/^lexicon: \[\]: Too small/)],
    [{ pattern: 'a'.repeat(501) }, 'pattern', expect.stringMatching(/^pattern: "a+…: Too big/)],
  ])('%j is refused by name', async (options, option, detail) => {
    const { ask } = await fakeApp()
    const answer = await ask('/v1/recognize', json({ images: [png.toString('base64')], ...options }))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'option',
      option,
      detail,
      requestId: answer.headers.get('x-request-id'),
    })
  })

  test('what only the recogniser can refuse names its option, too', async () => {
    const { ask } = await fakeApp({
      read: () => Promise.reject(new SaflError('option', 'lexicon: of its 1 words the model can spell none')),
    })
    const answer = await ask('/v1/recognize', form({ a: png, b: png }, [['lexicon', 'Ω']]))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'option', option: 'lexicon' })
  })

  test('all that are described are options of the recogniser', () => {
    for (const name of Object.keys(serviceOptions.shape))
      expect(() => checkRecognizeOptions({ [name]: undefined })).not.toThrow()
    expect(Object.keys(photographOptions.shape)).toEqual([...Object.keys(serviceOptions.shape), 'minimumConfidence'])
  })
})

describe('bodies that are none', () => {
  const boundary = { 'content-type': 'multipart/form-data; boundary=b' }
  test.each([
    [415, 'media-type', { body: 'x=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [415, 'media-type', { body: new Uint8Array(9) }],
    [400, 'body', {}],
    [400, 'body', { body: '{"images": [', headers: { 'content-type': 'application/json' } }],
    [400, 'body', json(['a'])],
    [400, 'body', json({ images: 'a' })],
    [400, 'body', json({ images: [7] })],
    [400, 'body', json({ images: [] })],
    [400, 'body', json(null)],
    [400, 'body', { body: '--b\r\nnonsense', headers: boundary }],
    [400, 'body', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }],
    [
      400,
      'body',
      { body: '--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n', headers: boundary },
    ],
    [400, 'body', form({}, [['alternatives', '1']])],
  ])('%i %s', async (status, code, init) => {
    const { ask, held } = await fakeApp()
    const answer = await ask('/v1/recognize', { method: 'POST', ...init })
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code])
    expect(held.held).toBe(0)
  })
})

describe('limits', () => {
  test('bytes of a body, stated or not', async () => {
    const { ask, held } = await fakeApp({ limits: { bodyBytes: 1000 } })
    const stated = await ask('/v1/recognize', { ...json({}), headers: { 'content-length': '100000000' } })
    const streamed = await ask('/v1/recognize', {
      method: 'POST',
      body: new Blob([randomBytes(2000)]).stream(),
      headers: { 'content-type': 'application/json' },
      ...{ duplex: 'half' },
    })
    for (const answer of [stated, streamed]) {
      expect([answer.status, answer.headers.get('connection')]).toEqual([413, null])
      expect(await answer.json()).toMatchObject({ code: 'too-large', detail: expect.stringContaining('1000 bytes') })
    }
    expect(held.held).toBe(0)
  })

  test('bytes that all requests hold', async () => {
    const { ask, held } = await fakeApp({ limits: { heldBytes: 100 } })
    const answer = await ask('/v1/recognize', form({ a: png }))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(held.held).toBe(0)
  })

  test('images of a request', async () => {
    const { ask } = await fakeApp({ limits: { images: 2 } })
    expect((await ask('/v1/recognize', form({ a: png, b: png }))).status).toBe(200)
    const answer = await ask('/v1/recognize', form({ a: png, b: png, c: png }))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ detail: '3 images are more than the 2 that a request may have' })
  })

  test('images that wait: beyond it 503 at once, with when to ask again; then there is room', async () => {
    const gate = deferred()
    const { ask, queue } = await fakeApp({
      limits: { queue: 4 },
      read: async (images, options) => {
        await gate.promise
        return readSizes(images, options)
      },
    })
    const taken = [ask('/v1/recognize', form({ a: png, b: png })), ask('/v1/recognize', form({ a: png, b: png }))]
    while (queue.length < 4) await new Promise(setImmediate)
    expect((await ask('/ready')).status).toBe(503)
    expect((await ask('/health')).status).toBe(200)
    const refused = await ask('/v1/recognize', form({ a: png }))
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 1])
    expect(await refused.json()).toMatchObject({ code: 'busy', detail: '4 images wait already, and at most 4 may' })
    gate.resolve()
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200])
    expect(queue.length).toBe(0)
    expect((await ask('/v1/recognize', form({ a: png }))).status).toBe(200)
    expect((await ask('/ready')).status).toBe(200)
  })

  test('time: 503, and the work is dropped', async () => {
    let signal: AbortSignal | undefined
    const { ask, queue } = await fakeApp({
      limits: { milliseconds: 100 },
      read: (_, options) => {
        signal = options.signal
        return new Promise((_, reject) =>
          options.signal!.addEventListener('abort', () => reject(options.signal!.reason)),
        )
      },
    })
    const answer = await ask('/v1/recognize', form({ a: png }))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await answer.json()).toMatchObject({ code: 'timeout', detail: 'not answered within 0.1 s' })
    expect(signal!.aborted).toBe(true)
    await expect.poll(() => queue.length).toBe(0)
  })

  test('a body that does not come: 408', async () => {
    const { ask, held } = await fakeApp({ limits: { milliseconds: 100 } })
    const answer = await ask('/v1/recognize', {
      method: 'POST',
      body: new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{"images')) }),
      headers: { 'content-type': 'application/json' },
      ...{ duplex: 'half' },
    })
    expect(answer.status).toBe(408)
    expect(held.held).toBe(0)
  })

  test('whoever leaves takes their work along', async () => {
    const leave = new AbortController()
    let signal: AbortSignal | undefined
    const { app, queue } = await fakeApp({
      read: (_, options) => {
        signal = options.signal
        leave.abort()
        return new Promise((_, reject) =>
          options.signal!.addEventListener('abort', () => reject(options.signal!.reason)),
        )
      },
    })
    const request = new Request('http://safl/v1/recognize', { ...form({ a: png, b: png }), signal: leave.signal })
    expect((await app.request(request)).status).toBe(499)
    expect(signal!.aborted).toBe(true)
    await expect.poll(() => queue.length).toBe(0)
  })
})

describe('who may ask', () => {
  const token = 'a-token-of-this-test'
  const bearer = (given: string) => ({ headers: { authorization: `Bearer ${given}` } })

  test('with tokens, what reads and what is counted want one; what watches does not', async () => {
    const { ask } = await fakeApp({ tokens: ['another-one-of-them', token] })
    const status = async (path: string, init = {}) => (await ask(path, init)).status
    for (const path of ['/v1/models', '/metrics']) {
      expect([
        await status(path),
        await status(path, bearer('wrong')),
        await status(path, bearer(`${token}x`)),
      ]).toEqual([401, 401, 401])
      expect(await status(path, { headers: { authorization: 'Basic eDp5' } })).toBe(401)
      expect(await status(path, bearer(token))).toBe(200)
    }
    expect(await Promise.all(['/health', '/ready', '/docs', '/openapi.json'].map((path) => status(path)))).toEqual([
      200, 200, 200, 200,
    ])
  })

  test('a body is not looked at before', async () => {
    const { ask } = await fakeApp({ tokens: [token] })
    const answer = await ask('/v1/recognize', form({ a: png }))
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="safl"'])
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' })
  })

  test('pages of other origins may not, unless they are named', async () => {
    const from = (origin: string) => ({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    const closed = await fakeApp()
    expect(
      (await closed.ask('/v1/recognize', from('https://a.example'))).headers.get('access-control-allow-origin'),
    ).toBeNull()
    // What asks whether it may ask has no token.
    const open = await fakeApp({ corsOrigins: ['https://a.example'], tokens: [token] })
    const allowed = async (origin: string) =>
      (await open.ask('/v1/recognize', from(origin))).headers.get('access-control-allow-origin')
    expect([await allowed('https://a.example'), await allowed('https://b.example')]).toEqual([
      'https://a.example',
      null,
    ])
  })
})

describe('what every answer has', () => {
  test('an id, given or made; headers that forbid what the service needs not', async () => {
    const { ask } = await fakeApp()
    const given = await ask('/health', { headers: { 'x-request-id': 'mine-7' } })
    expect(given.headers.get('x-request-id')).toBe('mine-7')
    const made = await ask('/nothing', { headers: { 'x-request-id': 'a b\tc' } })
    expect(made.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(made.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(made.headers.get('x-content-type-options')).toBe('nosniff')
    expect([made.status, made.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })

  test('logs say how it went, and nothing of what was sent', async () => {
    const { ask, logged } = await fakeApp()
    await ask('/v1/recognize?secret=1', form({ 'secret-name.png': png, 'b.png': png.subarray(0, 30) }))
    await ask('/secret', { headers: { 'x-secret': 'x' } })
    const lines = logged.map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      { method: 'POST', route: '/v1/recognize', status: 200, images: 2, refused: 1 },
      { method: 'GET', route: 'none', status: 404 },
    ])
    expect(logged.join('')).not.toMatch(/secret|20x10/)
  })

  test('what goes wrong inside is logged, not told', async () => {
    const { ask, logged } = await fakeApp({ read: () => Promise.reject(new Error('a detail of the inside')) })
    const answer = await ask('/v1/recognize', form({ a: png }))
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('inside')
    expect(logged.join('')).toContain('a detail of the inside')
  })
})

test('metrics', async () => {
  const { ask } = await fakeApp()
  await ask('/v1/recognize', form({ a: png, b: png, c: Buffer.from('x') }))
  await ask('/v1/recognize', json({}))
  const text = await (await ask('/metrics')).text()
  for (const line of [
    'safl_requests_total{route="/v1/recognize",method="POST",status="200"} 1',
    'safl_requests_total{route="/v1/recognize",method="POST",status="400"} 1',
    'safl_request_seconds_count{route="/v1/recognize"} 2',
    'safl_words_read_total 2',
    'safl_images_refused_total 1',
    'safl_queue_images 0',
    'safl_workers 1',
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m)
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
})

describe('the description', () => {
  test('names every route, option and limit', async () => {
    const { ask } = await fakeApp({ limits: { images: 12 } })
    const document = (await (await ask('/openapi.json')).json()) as Described
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual([
      '/v1/recognize',
      '/v1/models',
      '/health',
      '/ready',
      '/metrics',
      '/openapi.json',
      '/docs',
    ])
    const { requestBody, description, responses } = document.paths['/v1/recognize']!.post!
    expect(description).toContain('At most 12 images of 25000000 pixels')
    const names = (type: string) => Object.keys(requestBody.content[type]!.schema.properties)
    expect(names('multipart/form-data')).toEqual(['files', ...Object.keys(serviceOptions.shape)])
    expect(names('application/json')).toEqual(['images', ...Object.keys(serviceOptions.shape)])
    expect(Object.keys(responses)).toEqual(['200', '400', '408', '413', '415', '503'])
  })

  test('as a page, which loads nothing', async () => {
    const { ask } = await fakeApp()
    const answer = await ask('/docs')
    const page = await answer.text()
    for (const text of ['POST /v1/recognize', 'beamWidth', 'Recognition', 'Problem']) expect(page).toContain(text)
    expect(page).not.toMatch(/<script|https?:\/\/|src=/)
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=';/)
  })

  interface Described {
    openapi: string
    paths: Record<
      string,
      {
        post?: {
          description: string
          requestBody: { content: Record<string, { schema: { properties: object } }> }
          responses: object
        }
      }
    >
  }
})

describe('POST /v1/read', () => {
  test('is there where photographs can be read', async () => {
    const seen: object[] = []
    const { ask } = await fakeApp({
      reader: {
        async read(image, { signal, ...options }) {
          seen.push(options)
          if (image.length === jpeg.length) throw new SaflError('image', 'images[1]: is damaged')
          return { text: 'EXIT', words: [{ text: 'EXIT', aborted: signal.aborted }] }
        },
      },
    })
    const fields = [['minimumConfidence', '0.5'] as const, ['secondLook', 'false'] as const]
    const answer = await ask('/v1/read', form({ 'a.png': png, 'b.jpg': jpeg }, fields))
    expect(await answer.json()).toEqual({
      model: 'fake',
      images: [
        { name: 'a.png', text: 'EXIT', words: [{ text: 'EXIT', aborted: false }] },
        { name: 'b.jpg', error: { code: 'image', message: 'images[1]: is damaged' } },
      ],
    })
    expect(seen[0]).toEqual({ minimumConfidence: 0.5, secondLook: false })
    const wrong = await ask('/v1/read', form({ a: png }, [['minimumConfidence', '2']]))
    expect(await wrong.json()).toMatchObject({ status: 400, option: 'minimumConfidence' })
    const document = (await (await ask('/openapi.json')).json()) as { paths: object }
    expect(document.paths).toHaveProperty('/v1/read')
  })

  test('is none where they cannot', async () => {
    const { ask } = await fakeApp()
    expect((await ask('/v1/read', form({ a: png }))).status).toBe(404)
  })
})

test('while it stops, it is not ready, answers what comes, and ends the connections', async () => {
  const { ask, state } = await fakeApp()
  state.stopping = true
  expect((await ask('/ready')).status).toBe(503)
  const answer = await ask('/v1/recognize', form({ a: png }))
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
})

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** 30,000 pixels a side, black and white, in 110 KB. */
function bomb(): Buffer {
  const side = 30_000
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))), { level: 1 })
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    const named = Buffer.concat([Buffer.from(type), data])
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, sum])
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function crc32(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
