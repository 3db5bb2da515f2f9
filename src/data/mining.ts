/**
 * Hard example mining (Shrivastava et al., CVPR 2016) by a fixed reader: crops that it reads right and surely, as training
 * shows them, give their places to others. (Node)
 */
import * as runtime from 'onnxruntime-node'
import { createCharset, decodeIds } from '../charset.ts'
import { decodeCtc } from '../decode/ctc.ts'
import type { RgbImage } from '../image/image.ts'
import { Session } from '../tensor/index.ts'

export interface CropReaderOptions {
  /** A model file of `ctcGraph`. */
  readonly model: Uint8Array
  /** Characters that it spells beside the 94. */
  readonly furtherCharacters: string
}

interface Crop {
  readonly image: RgbImage
  readonly text: string
}

/** Of crops of one size, which are read right and surely. */
export type CropReader = (crops: readonly Crop[]) => Promise<boolean[]>

/** The least confidence of what is read surely by the CTC head: with this one `small` is sure of half of training's crops. */
const SURE = 0.7
/** How often another crop is drawn at most in the place of an easy one. */
const MOST_REDRAWS = 3

export async function openCropReader({ model, furtherCharacters }: CropReaderOptions): Promise<CropReader> {
  // The trainer's threads have the cores.
  const session = await Session.create(model, runtime, { threads: 1 })
  const charset = createCharset(furtherCharacters)
  return async (crops) => {
    const { width, height } = crops[0]!.image
    const size = height * width * 3
    const data = new Uint8Array(crops.length * size)
    for (const [place, { image }] of crops.entries()) data.set(image.data, place * size)
    const feeds = { images: { type: 'uint8', shape: [crops.length, height, width, 3], data } } as const
    const { ctc_probabilities: probabilities } = await session.run(feeds, ['ctc_probabilities'])
    const words = decodeCtc(probabilities!.data as Float32Array, { batch: crops.length, charset })
    return words.map(
      ({ ids, confidence }, place) =>
        confidence >= SURE && decodeIds(ids, charset) === crops[place]!.text.normalize('NFC'),
    )
  }
}

/** Draws others in the places of easy crops, until none of them is easy or it was tried often enough. */
export async function redrawEasy<C extends Crop>(
  crops: C[],
  {
    reader,
    places,
    draw,
  }: {
    readonly reader: CropReader
    /** Those that may be drawn anew. */
    readonly places: readonly number[]
    /** Draws another; `redraws` counts from 1. */
    readonly draw: (place: number, redraws: number) => Promise<C>
  },
): Promise<void> {
  let open = places
  for (let redraws = 1; redraws <= MOST_REDRAWS && open.length > 0; redraws++) {
    const easy = await reader(open.map((place) => crops[place]!))
    open = open.filter((_, index) => easy[index])
    for (const place of open) crops[place] = await draw(place, redraws)
  }
}
