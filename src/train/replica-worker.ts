/** The thread of one replica: computes the gradient of its part of each batch. (Node) */
import { parentPort, workerData } from 'node:worker_threads'
import * as runtime from 'onnxruntime-node'
import type { AnyPreset } from '../config.ts'
import type { ReplicaOptions, ReplicaReply, ReplicaRequest } from './replicated-step.ts'
import type { BatchOf } from './tasks.ts'
import { TrainingStep } from './training-step.ts'

const { preset, threads, weights, statistics, gradient, newStatistics } = workerData as ReplicaOptions
const port = parentPort!
// The runtime takes no shared memory.
const own = { weights: new Float32Array(weights.length), statistics: new Float32Array(statistics.length) }
const model = new TrainingStep(preset, runtime, { threads })

async function answer({ batch, step }: NonNullable<ReplicaRequest>): Promise<ReplicaReply> {
  try {
    own.weights.set(weights)
    own.statistics.set(statistics)
    const {
      gradient: slope,
      statistics: measured,
      ...losses
    } = await model.run({
      ...own,
      batch: batch as BatchOf<AnyPreset>,
      step,
    })
    gradient.set(slope)
    newStatistics.set(measured)
    return { losses }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

port.on('message', async (request: ReplicaRequest) => {
  if (request) {
    port.postMessage(await answer(request))
  } else {
    await model.dispose()
    port.close()
  }
})
