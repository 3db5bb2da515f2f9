/** The worker thread behind `openBatches`: renders the batches it is asked for. (Node) */
import { parentPort, workerData } from 'node:worker_threads'
import { BatchSource } from './batch-source.ts'
import type { BatchReply, BatchStreamOptions } from './batches.ts'
import { openDataset } from './dataset.ts'

const { sources, synth, settings } = workerData as BatchStreamOptions
const port = parentPort!

const ready = (async () => {
  const datasets = await Promise.all(sources.map(openDataset))
  if (!synth) return new BatchSource(settings, datasets, null)
  const { createSynthesizer } = await import('../synth/synthesizer.ts')
  return new BatchSource(settings, datasets, await createSynthesizer(synth))
})()
ready.catch(() => {}) // Answered to every request below.

let turn: Promise<void> = Promise.resolve()
port.on('message', (index: number) => {
  turn = turn.then(async () => {
    try {
      const batch = await (await ready).render(index)
      const reply: BatchReply = { batch }
      port.postMessage({ index, reply }, [
        batch.images.buffer as ArrayBuffer,
        batch.targets.buffer as ArrayBuffer,
        batch.characterMap.buffer as ArrayBuffer,
      ])
    } catch (error) {
      const reply: BatchReply = { error: error instanceof Error ? error.message : String(error) }
      port.postMessage({ index, reply })
    }
  })
})
