/** Checkpoints of a run: everything that the next step depends on, in one file. (Node) */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type AnyPreset, type Preset, presetSettings } from '../config.ts'
import { formatSafetensors, type NamedTensor, parseSafetensors } from '../model/safetensors.ts'
import { writeWhole } from '../write-whole.ts'

const vectors = ['weights', 'moment1', 'moment2', 'average', 'statistics', 'averageStatistics'] as const

export type TrainingVectors = Record<(typeof vectors)[number], Float32Array>

export interface TrainingState extends TrainingVectors {
  /** Steps done. */
  step: number
  /** Words seen. */
  samples: number
  /** Time spent training, seconds. */
  seconds: number
}

const progressSettings = z.object({ step: z.int().min(0), samples: z.int().min(0), seconds: z.number().min(0) })

export async function saveCheckpoint(path: string, state: TrainingState, preset: AnyPreset): Promise<void> {
  const tensors = new Map<string, NamedTensor>(
    vectors.map((name) => [name, { shape: [state[name].length], data: state[name] }]),
  )
  const { step, samples, seconds } = state
  const metadata = { progress: JSON.stringify({ step, samples, seconds }), settings: JSON.stringify(preset) }
  await writeWhole(path, formatSafetensors(tensors, { metadata }))
}

/**
 * Reads a checkpoint exactly as it was saved, its settings by `parse`, those of a recogniser unless told otherwise; an error
 * names the file and what is wrong with it.
 */
export async function loadCheckpoint<P extends AnyPreset = Preset>(
  path: string,
  parse: (settings: unknown) => P = (settings) => presetSettings.parse(settings) as P,
): Promise<{ state: TrainingState; preset: P }> {
  try {
    const { tensors, metadata } = parseSafetensors(await readFile(path))
    const found = Object.fromEntries(
      vectors.map((name) => {
        const tensor = tensors.get(name)
        if (!tensor) throw new Error(`it has no "${name}"`)
        return [name, tensor.data]
      }),
    ) as TrainingVectors
    const progress = progressSettings.parse(JSON.parse(metadata.progress ?? 'null'))
    const preset = parse(JSON.parse(metadata.settings ?? 'null'))
    return { state: { ...found, ...progress }, preset }
  } catch (error) {
    throw new Error(`${path}: no checkpoint to resume from: ${error instanceof Error ? error.message : String(error)}`)
  }
}
