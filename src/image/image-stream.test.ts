import sharp from 'sharp'
import { expect, test } from 'vitest'
import { looksLikeImages, splitImages } from './image-stream.ts'

const noise = (width: number, height: number) =>
  sharp(
    Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 251),
    { raw: { width, height, channels: 3 } },
  )

const files = [
  await noise(40, 12).png().toBuffer(),
  await noise(64, 48).jpeg({ quality: 100 }).toBuffer(),
  // Progressive: many scans; with a thumbnail's place in its metadata.
  await noise(90, 31)
    .jpeg({ progressive: true })
    .withExif({ IFD0: { Copyright: 'x'.repeat(300) } })
    .toBuffer(),
  await noise(7, 5).png({ palette: true }).toBuffer(),
  await noise(33, 9).webp().toBuffer(),
]

async function split(bytes: Uint8Array, chunk: number): Promise<Uint8Array[]> {
  async function* chunks() {
    for (let place = 0; place < bytes.length; place += chunk) yield bytes.subarray(place, place + chunk)
  }
  const found: Uint8Array[] = []
  for await (const file of splitImages(chunks())) found.push(Uint8Array.from(file))
  return found
}

test('files come out as they went in, wherever the stream is cut', async () => {
  for (const chunk of [1, 13, 4096, 1e9])
    expect(await split(Buffer.concat(files), chunk)).toEqual(files.map((file) => Uint8Array.from(file)))
})

test('a file without its end is what is left', async () => {
  const cut = files[1]!.subarray(0, 500)
  expect(await split(Buffer.concat([files[0]!, cut]), 64)).toEqual([Uint8Array.from(files[0]!), Uint8Array.from(cut)])
  expect(await split(new Uint8Array(), 64)).toEqual([])
})

test('images are told from lines of paths', () => {
  for (const file of files) expect(looksLikeImages(file)).toBe(true)
  expect(looksLikeImages(Buffer.from('words/a.png\nwörter/ß.jpg\n'))).toBe(false)
})
