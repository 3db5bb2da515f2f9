/** Weights as people pass them on: a safetensors file whose metadata says which model they belong to. */
import type { ModelSettings } from '../config.ts'
import { carryOver } from './carry-over.ts'
import { checkModelSettings, settingsInFile } from './check-settings.ts'
import type { Bounds } from './eight-bit.ts'
import { formatSafetensors, parseSafetensors } from './safetensors.ts'
import type { Weights } from './weights.ts'

export interface WeightsFile {
  readonly settings: ModelSettings
  readonly weights: Weights
  /** Between what its activations lie, where that was measured: for reading in 8 bits. */
  readonly bounds?: Bounds | undefined
  /**
   * From which confidence of its own on the CTC head is right as often as the decoder, where that was measured; the decoder
   * is spared then.
   */
  readonly ctcSure?: number | undefined
  /** How the weights came about: words seen, validation figures, …. */
  readonly provenance: Readonly<Record<string, string>>
}

export function formatWeights(file: WeightsFile, type: 'F32' | 'F16'): Uint8Array {
  const metadata = {
    ...file.provenance,
    format: 'pt',
    settings: JSON.stringify(settingsInFile(file.settings)),
    ...(file.bounds && { bounds: JSON.stringify(file.bounds) }),
  }
  return formatSafetensors(new Map([...file.weights]), { type, metadata })
}

export interface ParseOptions {
  /** The settings of the model that a file without settings belongs to, such as a converted checkpoint of the authors' code. */
  readonly fallback?: ModelSettings | undefined
  /** Whether the file came with the package, complete and checked: its tensors are taken as they stand. */
  readonly isOwn?: boolean
}

/** Reads a weights file. */
export async function parseWeights(
  bytes: Uint8Array,
  { fallback, isOwn = false }: ParseOptions = {},
): Promise<WeightsFile> {
  const { tensors, metadata } = parseSafetensors(bytes)
  const { settings: text, bounds: measured, ...provenance } = metadata
  if (provenance.task !== undefined)
    throw new Error(`these are weights of another task, ${provenance.task}: they read no words`)
  if (text === undefined) {
    if (fallback) return { settings: fallback, weights: tensors, provenance }
    throw new Error('the weights do not say which model they belong to: name its preset')
  }
  const bounds = measured === undefined ? undefined : (JSON.parse(measured) as Bounds)
  if (!areBounds(bounds)) throw new Error("the weights' bounds do not fit: each needs two numbers")
  const settings = settingsOf(text)
  if (isOwn) return { settings, weights: tensors, bounds, provenance }
  const { furtherCharacters } = settings
  const weights = carryOver(tensors, { from: furtherCharacters, to: furtherCharacters })
  return { settings, weights, bounds, provenance }
}

function settingsOf(text: string): ModelSettings {
  try {
    return checkModelSettings(JSON.parse(text))
  } catch (error) {
    throw new Error(`the weights' settings do not fit: ${(error as Error).message}`)
  }
}

function areBounds(bounds: unknown): boolean {
  const isRange = (range: unknown) => Array.isArray(range) && range.length === 2 && range.every(Number.isFinite)
  return bounds === undefined || (typeof bounds === 'object' && bounds !== null && Object.values(bounds).every(isRange))
}
