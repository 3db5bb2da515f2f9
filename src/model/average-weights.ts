/** One model from several: the mean of their weights (Wortsman et al., "Model soups", arXiv 2203.05482). */
import type { WeightsFile } from './weights-file.ts'

export interface Ingredient {
  /** What messages call it. */
  readonly name: string
  readonly file: WeightsFile
  /** How much it counts; all shares together need not be 1. */
  readonly share: number
}

/**
 * The weighted mean of each tensor over the files that have it, with the settings of the first but a temperature of 1: the
 * mean's confidence is not that of its parts. Good where training of all began with the same weights. Throws where a file
 * is of another model.
 */
export function averageWeights(ingredients: readonly Ingredient[]): Pick<WeightsFile, 'settings' | 'weights'> {
  const [first, ...others] = ingredients as [Ingredient, ...Ingredient[]]
  const settings = { ...first.file.settings, temperature: 1 }
  for (const { name, file } of others) {
    if (JSON.stringify({ ...file.settings, temperature: 1 }) !== JSON.stringify(settings))
      throw new Error(`${name}: its model has other settings than that of ${first.name}`)
  }
  const names = new Set(ingredients.flatMap(({ file }) => [...file.weights.keys()]))
  const weights = new Map(
    [...names].map((name) => {
      const parts = ingredients.flatMap(({ file, share }) => {
        const tensor = file.weights.get(name)
        return tensor ? [{ ...tensor, share }] : []
      })
      const whole = parts.reduce((sum, { share }) => sum + share, 0)
      const data = Float32Array.from(parts[0]!.data, (_, index) =>
        parts.reduce((sum, part) => sum + (part.share / whole) * part.data[index]!, 0),
      )
      return [name, { shape: parts[0]!.shape, data }]
    }),
  )
  return { settings, weights }
}
