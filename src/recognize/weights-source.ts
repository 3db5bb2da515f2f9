/** Finds and reads weights files: those that come with the package, and others by path. (Node) */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import { loadPreset, presetNames } from '../presets/index.ts'
import type { LoadOptions } from './recognizer.ts'

export async function readWeightsFile({ model = 'tiny', preset }: LoadOptions): Promise<WeightsFile> {
  const named = presetNames.includes(model)
  const path = named ? fileURLToPath(new URL(`../../models/${model}.safetensors`, import.meta.url)) : model
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(
      named
        ? `no weights of "${model}" come with the package: train it, and give the path of its weights`
        : `${model}: no such weights file, nor a preset (${presetNames.join(', ')})`,
    )
  }
  try {
    return parseWeights(bytes, preset === undefined ? undefined : loadPreset(preset).model)
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
