/** The worker thread behind `openBatches`: renders the batches it is asked for. (Node) */
import { workerData } from 'node:worker_threads'
import { BatchSource } from './batch-source.ts'
import type { BatchWorkerData } from './batches.ts'
import { openDataset } from './dataset.ts'
import { WordCache } from './word-cache.ts'
import { answerRequests } from './worker-stream.ts'

const { sources, synth, settings, words } = workerData as BatchWorkerData

async function open(): Promise<BatchSource> {
  const datasets = await Promise.all(sources.map(openDataset))
  const parts = { settings, datasets, cache: new WordCache(words) }
  if (!synth) return BatchSource.open({ ...parts, synthesizer: null })
  const { createSynthesizer } = await import('../synth/synthesizer.ts')
  return BatchSource.open({ ...parts, synthesizer: await createSynthesizer(synth) })
}

const source = open()
source.catch(() => {}) // Answered to every request below.

answerRequests(async (index) => {
  const batch = await (await source).render(index)
  const transfer = [batch.images, batch.targets, batch.characterMap, batch.outlines].map(
    ({ buffer }) => buffer as ArrayBuffer,
  )
  return { value: batch, transfer }
})
