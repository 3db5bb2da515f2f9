/** A finder's maps on crops of photographs set aside, while it is trained. (Node) */
import * as runtime from 'onnxruntime-node'
import { type FinderBatch, IGNORED_PLACE, KERNEL_PLACE } from '../data/finder-batch.ts'
import { finderGraph, openFinder } from '../model/finder-file.ts'
import { Session, writeModel } from '../tensor/index.ts'

/** How the map of kernels, at a probability of 0.5, agrees with the truth, place by place. */
export interface MapAgreement {
  /** Words of the crops. */
  readonly words: number
  /** F, the harmonic mean of precision and recall. */
  readonly accuracy: number
  readonly precision: number
  readonly recall: number
  /** Mean error of the logarithms of the distances at kernels' places. */
  readonly distanceError: number
}

/** The shortest distance that is compared, pixels. */
const SHORTEST = 0.5

/** Runs the weights of a file's bytes on the crops. */
export async function validateFinder(bytes: Uint8Array, batches: readonly FinderBatch[]): Promise<MapAgreement> {
  const { settings, weights } = openFinder(bytes)
  const session = await Session.create(writeModel(finderGraph(settings, weights)), runtime, { spin: false })
  try {
    const counts = { both: 0, found: 0, true: 0, apart: 0, words: 0 }
    for (const batch of batches) {
      const { size, cropSize, images: data } = batch
      const shape = [size, cropSize, cropSize, 3]
      const { kernels, widening } = await session.run({ images: { type: 'uint8', shape, data } })
      counts.words += batch.words
      for (const [place, truth] of batch.kernels.entries()) {
        if (truth === IGNORED_PLACE) continue
        const isFound = (kernels!.data[place] as number) >= 0.5
        if (isFound) counts.found++
        if (truth !== KERNEL_PLACE) continue
        counts.true++
        if (isFound) counts.both++
        const distance = Math.max(batch.distances[place]!, SHORTEST)
        counts.apart += Math.abs(Math.log((widening!.data[place] as number) / distance))
      }
    }
    const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0)
    return {
      words: counts.words,
      accuracy: share(2 * counts.both, counts.found + counts.true),
      precision: share(counts.both, counts.found),
      recall: share(counts.both, counts.true),
      distanceError: share(counts.apart, counts.true),
    }
  } finally {
    await session.dispose()
  }
}
