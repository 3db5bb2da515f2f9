import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ImageSource } from '../recognize/image-source.ts'
import { readJob } from './read-job.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-job-'))
await writeFile(join(folder, 'a.png'), 'content of a')
const plan = { folder, jobSize: 8, bytes: false, load: {}, reading: {} }

/** Reads the content of a file as its text; of paths it says that there is none. */
const recognizer = {
  async *recognizeStream(sources: AsyncIterable<ImageSource>) {
    for await (const source of sources)
      if (source instanceof File)
        yield { source, recognition: { text: await source.text(), confidence: 1, characters: [], turned: 0 } }
      else yield { source, error: new Error(`${source}: no such file`) }
  },
} as unknown as Parameters<typeof readJob>[0]

const base64 = Buffer.from('content of b').toString('base64')

test('records come in the order of the images, whatever they are', async () => {
  const images = [{ name: 'none.png' }, { name: 'b', base64 }, { name: 'c', error: 'c: is bad' }, { name: 'a.png' }]
  const read = { confidence: 1, characters: [], turned: 0 }
  expect(await readJob(recognizer, { images, plan, isLast: false })).toEqual([
    { path: 'none.png', error: 'none.png: no such file' },
    { path: 'b', text: 'content of b', ...read },
    { path: 'c', error: 'c: is bad' },
    { path: 'a.png', text: 'content of a', ...read },
  ])
})

test('where no file is there at all it may be later, but for the last try', async () => {
  const images = [{ name: 'x.png' }, { name: 'y.png' }]
  await expect(readJob(recognizer, { images, plan, isLast: false })).rejects.toThrow(
    'x.png: no such file, and none of the 2 files of its job',
  )
  expect(await readJob(recognizer, { images, plan, isLast: true })).toEqual(
    images.map(({ name }) => ({ path: name, error: `${name}: no such file` })),
  )
})
