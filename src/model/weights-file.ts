/** Weights as people pass them on: a safetensors file whose metadata says which model they belong to. */
import type { ModelSettings } from '../config.ts'
import { carryOver } from './carry-over.ts'
import type { Bounds } from './eight-bit.ts'
import { formatSafetensors, parseSafetensors } from './safetensors.ts'
import type { Weights } from './weights.ts'

export interface WeightsFile {
  readonly settings: ModelSettings
  readonly weights: Weights
  /** Between what its activations lie, where that was measured: for reading in 8 bits. */
  readonly bounds?: Bounds | undefined
  /** How the weights came about: words seen, validation figures, …. */
  readonly provenance: Readonly<Record<string, string>>
}

export function formatWeights(file: WeightsFile, type: 'F32' | 'F16'): Uint8Array {
  const metadata = {
    ...file.provenance,
    format: 'pt',
    settings: JSON.stringify(file.settings),
    ...(file.bounds && { bounds: JSON.stringify(file.bounds) }),
  }
  return formatSafetensors(new Map([...file.weights]), { type, metadata })
}

export interface ParseOptions {
  /** The settings of the model that a file without settings belongs to, such as a converted checkpoint of the authors' code. */
  readonly fallback?: ModelSettings | undefined
  /** Whether the file came with the package, complete and checked: its settings are taken as they stand. */
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
  // Files from before words had several shapes do not name any.
  if (isOwn)
    return { settings: { textWidths: [], ...JSON.parse(text) } as ModelSettings, weights: tensors, bounds, provenance }
  // What checks settings takes longer to load than a word takes to read.
  const [{ z }, { modelSettings }] = await Promise.all([import('zod'), import('../config.ts')])
  const checked = z
    .record(z.string(), z.tuple([z.number(), z.number()]))
    .optional()
    .safeParse(bounds)
  if (!checked.success) throw new Error(`the weights' bounds do not fit: ${z.prettifyError(checked.error)}`)
  const parsed = modelSettings.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`the weights' settings do not fit: ${z.prettifyError(parsed.error)}`)
  const { furtherCharacters } = parsed.data
  const weights = carryOver(tensors, { from: furtherCharacters, to: furtherCharacters })
  return { settings: parsed.data, weights, bounds, provenance }
}
