import { expect, test } from 'vitest'
import type { RgbImage } from '../image/image.ts'
import { Gatherer } from './gather.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

const image = (width: number): RgbImage => ({ width, height: 1, data: new Uint8Array(3 * width) })
const recognition = (text: string): Recognition => ({ text, confidence: 1, characters: [], turned: 0 })

/** A reader whose readings end when they are let go, in the order in which they began. */
function heldReader() {
  const batches: { widths: number[]; options: RecognizeOptions; end(error?: Error): void }[] = []
  const gatherer = new Gatherer((images, options) => {
    const widths = images.map(({ width }) => width)
    return new Promise((resolve, reject) => {
      const end = (error?: Error) => (error ? reject(error) : resolve(widths.map((width) => recognition(`${width}`))))
      batches.push({ widths, options, end })
    })
  })
  return { gatherer, batches }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('who asks while others are read is read with the next, as many as go together', async () => {
  const { gatherer, batches } = heldReader()
  const asked = [1, 2].map((width) => gatherer.add(image(width), { batchSize: 3 }))
  await settled()
  asked.push(...[3, 4, 5, 6].map((width) => gatherer.add(image(width), { batchSize: 3 })))
  for (let batch = 0; batch < 3; batch++) {
    await settled()
    batches[batch]!.end()
  }
  expect(batches.map(({ widths }) => widths)).toEqual([[1, 2], [3, 4, 5], [6]])
  expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['1', '2', '3', '4', '5', '6'])
})

test('others are read by their own options, and fail by themselves', async () => {
  const { gatherer, batches } = heldReader()
  const lexicon = ['EXIT']
  const first = gatherer.add(image(1), { lexicon })
  const other = gatherer.add(image(2), { lexicon: ['EXIT'] })
  const same = gatherer.add(image(3), { lexicon })
  const refused = expect(first).rejects.toThrow('no such word')
  const refusedToo = expect(same).rejects.toThrow('no such word')
  await settled()
  batches[0]!.end(new Error('no such word'))
  await settled()
  batches[1]!.end()
  await refused
  await refusedToo
  expect((await other).text).toBe('2')
  expect(batches.map(({ widths }) => widths)).toEqual([[1, 3], [2]])
})

test('an aborted signal rejects its own at once; the reading ends where nobody wants it any more', async () => {
  const { gatherer, batches } = heldReader()
  const [one, another, late] = [new AbortController(), new AbortController(), new AbortController()]
  const reason = new Error('enough')
  const asked = [one, another].map(({ signal }, place) => gatherer.add(image(place + 1), { signal }))
  await settled()
  const waiting = gatherer.add(image(3), { signal: late.signal })
  late.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  one.abort(reason)
  await expect(asked[0]).rejects.toBe(reason)
  expect(batches[0]!.options.signal!.aborted).toBe(false)
  another.abort(reason)
  await expect(asked[1]).rejects.toBe(reason)
  expect(batches[0]!.options.signal!.aborted).toBe(true)
  batches[0]!.end()
  await settled()
  expect(batches).toHaveLength(1)
  await expect(gatherer.add(image(4), { signal: one.signal })).rejects.toBe(reason)
})
