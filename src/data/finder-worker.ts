/** A process behind `openFinderBatches`, in the time that the trainer leaves. (Node) */
import { constants, setPriority } from 'node:os'
import sharp from 'sharp'
import type { FinderBatch } from './finder-batch.ts'
import type { FinderStreamOptions } from './finder-batches.ts'
import { FinderSource } from './finder-source.ts'
import { openPhotographs } from './photographs.ts'
import { answerRequests } from './worker-stream.ts'

// See batch-worker.ts.
setPriority(constants.priority.PRIORITY_LOW)
sharp.concurrency(1)

answerRequests<FinderBatch, FinderStreamOptions>(async ({ sources, pages: material, settings, part }) => {
  const sets = await Promise.all(sources.map(openPhotographs))
  // Photographs alone need no Skia.
  const draw = material && (await (await import('../synth/page.ts')).loadPages(material))
  const pages = draw && { pages: async (seed: number) => draw(seed) }
  const source = new FinderSource({ settings, sets, ...pages, split: 'train', part })
  return (index) => source.render(index)
})
