/** Weights as people pass them on: a safetensors file whose metadata says which model they belong to. */
import { z } from 'zod'
import { type ModelSettings, modelSettings } from '../config.ts'
import { formatSafetensors, parseSafetensors } from './safetensors.ts'
import type { Weights } from './scope.ts'

export interface WeightsFile {
  readonly settings: ModelSettings
  readonly weights: Weights
  /** How the weights came about: words seen, validation figures, …. */
  readonly provenance: Readonly<Record<string, string>>
}

export function formatWeights(file: WeightsFile, type: 'F32' | 'F16'): Uint8Array {
  const metadata = { ...file.provenance, format: 'pt', settings: JSON.stringify(file.settings) }
  return formatSafetensors(new Map([...file.weights]), { type, metadata })
}

/**
 * Reads a weights file. One without settings, such as a converted checkpoint of the authors' code, needs `fallback`: the
 * settings of the model it belongs to.
 */
export function parseWeights(bytes: Uint8Array, fallback?: ModelSettings): WeightsFile {
  const { tensors, metadata } = parseSafetensors(bytes)
  const { settings: text, ...provenance } = metadata
  if (text === undefined) {
    if (fallback) return { settings: fallback, weights: tensors, provenance }
    throw new Error('the weights do not say which model they belong to: name its preset')
  }
  const parsed = modelSettings.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`the weights' settings do not fit: ${z.prettifyError(parsed.error)}`)
  return { settings: parsed.data, weights: tensors, provenance }
}
