/** The weights of the package: whether a file holds those that were asked for, and what was measured of them. */
import { SaflError } from '../error.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import type { PackagedModel } from '../package-files.ts'
import { backbones } from '../presets/backbones.ts'

/** From which confidence on their CTC heads are right as often as their decoders; see docs/decoding.md. */
const CTC_SURE = 0.8

/** The file, with what was measured of its weights. A bundler may have put another in its place: throws as `checkModel`. */
export function packagedWeights(file: WeightsFile, model: PackagedModel): WeightsFile {
  checkModel(file, model)
  return { ...file, ctcSure: CTC_SURE }
}

/** Throws where the weights are those of another model: by the name that they give, and by their backbone's shape. */
export function checkModel(
  { provenance, settings }: Pick<WeightsFile, 'provenance' | 'settings'>,
  model: PackagedModel,
): void {
  const found: Readonly<Record<string, unknown>> = settings.backbone
  const isShaped = Object.entries(backbones[model]).every(
    ([name, value]) => JSON.stringify(found[name]) === JSON.stringify(value),
  )
  if (isShaped && (provenance.model ?? model) === model) return
  throw new SaflError(
    'weights',
    `these are not the weights of ${model}${provenance.model ? ` but of ${provenance.model}` : ''}: has a bundler put another file in their place?`,
  )
}
