/** Finds and reads weights files: those that come with the package, and others by path. (Node) */
import { readFile } from 'node:fs/promises'
import { SaflError } from '../error.ts'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import { isPackagedModel, packagedModels } from '../package-files.ts'
import { packagePath } from '../package-path.ts'
import { presetNames } from '../presets/presets.ts'
import { packagedWeights } from './packaged-model.ts'

/** A weights file by its path, or by the name of a packaged model; the preset is for a file that names no model. */
export interface WeightsPath {
  readonly model?: string
  readonly preset?: string
}

/** Rejects where there is no such file, and where it holds other weights than those that were asked for. */
export async function readWeightsFile({ model = 'tiny', preset }: WeightsPath): Promise<WeightsFile> {
  const named = isPackagedModel(model)
  const path = named ? packagePath(model, 'give the path of a weights file as model') : model
  const packaged = packagedModels.join(' and ')
  const bytes = await readBytes(
    path,
    presetNames.includes(model)
      ? `no weights of "${model}" come with the package, only of ${packaged}: train it, and give the path of its weights`
      : `${model}: no such weights file, nor a preset with weights in the package (${packaged})`,
  )
  try {
    const fallback = preset === undefined ? undefined : (await import('../presets/index.ts')).loadPreset(preset).model
    const file = await parseWeights(bytes, { fallback, isOwn: named })
    return named ? packagedWeights(file, model) : file
  } catch (error) {
    throw new SaflError('weights', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A file's bytes; `missing` is said where there is no such file. */
export async function readBytes(path: string, missing = `${path}: no such file`): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new SaflError('weights', missing)
  }
}
