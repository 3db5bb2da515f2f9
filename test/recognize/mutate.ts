/** Damaged image files, as broken downloads and hostile users send them. */
import sharp from 'sharp'
import { createRandom } from '../../src/random.ts'

/** One word in the formats that people have, small, so that each damage matters. */
export async function imageFiles(): Promise<Buffer[]> {
  const { width, height } = { width: 64, height: 24 }
  const random = createRandom(5)
  const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256))
  const image = () => sharp(data, { raw: { width, height, channels: 3 } })
  return Promise.all([
    image().png().toBuffer(),
    image().png({ palette: true }).toBuffer(),
    image().jpeg().toBuffer(),
    image().toColourspace('cmyk').jpeg().toBuffer(),
    image().webp().toBuffer(),
    image().gif().toBuffer(),
    image().tiff().toBuffer(),
    image().avif({ effort: 0 }).toBuffer(),
    image().greyscale().toColourspace('grey16').png().toBuffer(),
    image().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  ])
}

/** File `seed` of an endless list: one of `files`, damaged in one of six ways. */
export function mutate(files: readonly Buffer[], seed: number): Uint8Array {
  const random = createRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const bytes = Uint8Array.from(files[below(files.length)]!)
  const kinds = [
    () => bytes.subarray(0, below(bytes.length)),
    () => {
      for (let flips = 1 + below(20); flips > 0; flips--) bytes[below(bytes.length)]! ^= 1 << below(8)
      return bytes
    },
    // A header that lies: sizes, counts and offsets stand there.
    () => {
      for (let changes = 1 + below(6); changes > 0; changes--) bytes[below(Math.min(64, bytes.length))] = below(256)
      return bytes
    },
    () => bytes.fill(0, below(bytes.length)),
    () => Uint8Array.from([...bytes.subarray(0, below(bytes.length)), ...files[below(files.length)]!]),
    () => Uint8Array.from({ length: below(400) }, () => below(256)),
  ]
  return kinds[below(kinds.length)]!()
}
