/** Finds and reads weights files: those that come with the package, and others by path. (Node) */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import { presetNames } from '../presets/presets.ts'
import type { LoadOptions } from './recognizer.ts'

export async function readWeightsFile({ model = 'tiny', preset }: LoadOptions): Promise<WeightsFile> {
  const named = presetNames.includes(model)
  const path = named ? fileURLToPath(new URL(`../../models/${model}.safetensors`, import.meta.url)) : model
  const bytes = await readBytes(
    path,
    named
      ? `no weights of "${model}" come with the package: train it, and give the path of its weights`
      : `${model}: no such weights file, nor a preset (${presetNames.join(', ')})`,
  )
  try {
    const fallback = preset === undefined ? undefined : (await import('../presets/index.ts')).loadPreset(preset).model
    return await parseWeights(bytes, { fallback, isOwn: named })
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A file's bytes; `missing` is said where there is no such file. */
export async function readBytes(path: string, missing = `${path}: no such file`): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(missing)
  }
}
