/** A process behind `openBatches`: renders the batches it is asked for, in the time that the trainer leaves. (Node) */
import { constants, setPriority, totalmem } from 'node:os'
import { BatchSource } from './batch-source.ts'
import type { BatchStreamOptions, TrainingBatch } from './batches.ts'
import { openDataset } from './dataset.ts'
import { answerRequests } from './worker-stream.ts'

/**
 * Bytes of decoded words that all processes keep together: decoding a word takes as long as all that is done with it, and
 * the project's own, as large as the network sees them, are half a gigabyte in each process.
 */
const CACHE_IN_ALL = totalmem() / 8

// A trainer's threads meet at every step: rendering that takes a core from one of them holds all of them up.
setPriority(constants.priority.PRIORITY_LOW)

answerRequests<TrainingBatch, BatchStreamOptions>(async ({ sources, synth, settings, part, workers }) => {
  const datasets = await Promise.all(sources.map(openDataset))
  const cacheBytes = Math.floor(CACHE_IN_ALL / workers)
  // Real words alone need no Skia.
  const synthesizer = synth && (await (await import('../synth/synthesizer.ts')).createSynthesizer(synth))
  const source = await BatchSource.open({ settings, datasets, synthesizer, cacheBytes, workers, part })
  return (index) => source.render(index)
})
