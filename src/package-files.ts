/** Files that come with the package. */

/**
 * Where each lies beside this file. One literal address a file: bundlers see these, copy the files and write their own
 * addresses; of an address that is put together they take whatever file fits.
 */
export const packageFiles = {
  tiny: () => new URL('../models/tiny.safetensors', import.meta.url),
  small: () => new URL('../models/small.safetensors', import.meta.url),
  finder: () => new URL('../models/finder.safetensors', import.meta.url),
  words: () => new URL('../models/words.txt', import.meta.url),
} as const

export type PackageFile = keyof typeof packageFiles

/** Models whose weights come with the package. */
export const packagedModels = ['tiny', 'small'] as const
export type PackagedModel = (typeof packagedModels)[number]

export function isPackagedModel(name: string): name is PackagedModel {
  return (packagedModels as readonly string[]).includes(name)
}
