/** Whether a plan's options can be read by, found out before anything is enqueued. */
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import type { RunPlan } from './run.ts'

/** Loads the recogniser and reads a blank crop. Rejects as it does. */
export async function tryPlan({ load, reading }: RunPlan): Promise<void> {
  const recognizer = await SceneTextRecognizer.load({ ...load, worker: false })
  try {
    const [width, height] = [100, 32]
    const data = new Uint8Array(width * height * 3).fill(128)
    await recognizer.recognizeImages([{ width, height, data }], reading)
  } finally {
    await recognizer.dispose()
  }
}
