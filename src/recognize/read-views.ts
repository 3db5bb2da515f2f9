/** Lets a speller read views, in batches of one shape. */
import { SaflError } from '../error.ts'
import type { Value } from '../tensor/index.ts'
import { attentionOf } from './attention-map.ts'
import { geometryOf } from './geometry.ts'
import { betterOf, type Hypothesis, type ReadView } from './hypothesis.ts'
import { BATCH_SIZE, type RecognizeOptions } from './reading-options.ts'
import type { Spelled, Speller } from './speller.ts'
import type { View } from './views.ts'

type ReadOptions = Pick<RecognizeOptions, 'batchSize' | 'signal' | 'geometry' | 'attention'>

/** What is read of each view. */
export async function readViews<H extends Hypothesis>(
  views: readonly View[],
  speller: Speller<H>,
  options: ReadOptions,
): Promise<ReadView<H>[]> {
  const { geometry, attention } = options
  if (attention && !speller.attends)
    throw new SaflError(
      'unsupported',
      'attention: the maps are of greedy decoding: leave out beams, lexicons, patterns, priors and ctc',
    )
  const wanted = [...(geometry ? ['rectified', 'control_points'] : []), ...(attention ? ['attention'] : [])]
  const results: ReadView<H>[] = Array(views.length)
  await inBatches(views, options, async (places) => {
    const batch = places.map((place) => views[place]!)
    const read = withOutputs(batch, await speller.spell(pixelsOf(batch), wanted))
    for (const [row, place] of places.entries()) results[place] = read[row]!
  })
  return results
}

/** Of each image's views the one that is read best. */
export async function readBest<H extends Hypothesis>(
  views: readonly (readonly View[])[],
  speller: Speller<H>,
  options: ReadOptions,
): Promise<ReadView<H>[]> {
  const read = (await readViews(views.flat(), speller, options)).values()
  return views.map((each) => each.map(() => read.next().value!).reduce(betterOf))
}

function withOutputs<H extends Hypothesis>(views: readonly View[], { hypotheses, outputs }: Spelled<H>): ReadView<H>[] {
  const { rectified, control_points: points, attention } = outputs
  return views.map((view, place) => {
    const hypothesis = hypotheses[place]!
    return {
      view,
      hypothesis,
      ...(rectified && points && { geometry: geometryOf(rectified, points, place) }),
      ...(attention && { attention: attentionOf(attention, place, hypothesis.characters.length) }),
    }
  })
}

/** Views of one shape as the network takes them, [B, H, W, 3]. */
export function pixelsOf(views: readonly View[]): Value {
  const { width, height } = views[0]!.shown
  const data = new Uint8Array(views.length * height * width * 3)
  for (const [place, { shown }] of views.entries()) data.set(shown.data, place * shown.data.length)
  return { type: 'uint8', shape: [views.length, height, width, 3], data }
}

/** Works on the places of views, so many of one shape at a time; between two batches whatever else waits happens. */
export async function inBatches(
  views: readonly View[],
  { batchSize = BATCH_SIZE, signal }: ReadOptions,
  work: (places: readonly number[]) => Promise<void>,
): Promise<void> {
  for (const [number, places] of batchesOf(views, batchSize).entries()) {
    if (number > 0) await pause()
    signal?.throwIfAborted()
    await work(places)
  }
}

/** Places of views in batches whose members have one shape, in their order. */
function batchesOf(views: readonly View[], batchSize: number): number[][] {
  const byShape = new Map<number, number[]>()
  for (const [place, { shape }] of views.entries()) {
    const places = byShape.get(shape.imageWidth)
    if (places) places.push(place)
    else byShape.set(shape.imageWidth, [place])
  }
  return [...byShape.values()].flatMap((places) =>
    Array.from({ length: Math.ceil(places.length / batchSize) }, (_, batch) =>
      places.slice(batch * batchSize, (batch + 1) * batchSize),
    ),
  )
}

/** The runtime computes without ever letting the thread hear a message, such as the end of a signal. */
function pause(): Promise<void> {
  const { setImmediate: soon = setTimeout } = globalThis as { setImmediate?: (call: () => void) => unknown }
  return new Promise((resolve) => void soon(resolve))
}

/** The same, but of those that are not sure what `look` says of them. */
export async function lookAgain<H extends Hypothesis>(
  read: readonly ReadView<H>[],
  isUnsure: (hypothesis: H) => boolean,
  look: (unsure: readonly ReadView<H>[]) => Promise<readonly ReadView<H>[]>,
): Promise<readonly ReadView<H>[]> {
  const unsure = read.filter(({ hypothesis }) => isUnsure(hypothesis))
  if (unsure.length === 0) return read
  const again = await look(unsure)
  return read.map((once) => again[unsure.indexOf(once)] ?? once)
}
