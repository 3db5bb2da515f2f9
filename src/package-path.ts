/** Finds the package's files on disk, also from a bundle. (Node) */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PackageFile, packageFiles } from './package-files.ts'

const names: Readonly<Record<PackageFile, string>> = {
  tiny: 'tiny.safetensors',
  small: 'small.safetensors',
  finder: 'finder.safetensors',
  words: 'words.txt',
}

/**
 * The path of a file that comes with the package: where the package has it; or, in a bundle that left it behind, in `models`
 * beside the bundle, or in the package installed where the bundle or the working folder finds it. Throws, with the paths that
 * were tried, where it is in none; `otherwise` says what the caller can do then.
 */
export function packagePath(file: PackageFile, otherwise: string): string {
  const name = names[file]
  const folders = bundles().map(dirname)
  const paths = [
    ...ownPath(file),
    ...folders.map((folder) => join(folder, 'models', name)),
    // As Node looks for packages, and without its functions for that: bundlers take those for imports.
    ...folders.flatMap(withParents).map((folder) => join(installed(folder), 'models', name)),
  ]
  const found = paths.find(existsSync)
  if (found !== undefined) return found
  const tried = [...new Set([...paths.slice(0, 1 + folders.length), ...folders.map(installed)])]
  throw new Error(
    `${name}, which comes with the package safl, is at none of ${tried.join(', ')}: in a bundle, leave safl out of it (external), copy its models beside it, or ${otherwise}`,
  )
}

const installed = (folder: string) => join(folder, 'node_modules/safl')

/** Of a file of the package; none in a bundle in CommonJS, which does not know its address. */
function ownPath(file: PackageFile): string[] {
  try {
    return [fileURLToPath(packageFiles[file]())]
  } catch {
    return []
  }
}

function withParents(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...withParents(parent)]
}

/** This file, or the bundle that it is in, and one that would lie in the working folder. */
function bundles(): string[] {
  // A bundle in CommonJS does not know its address, but its path.
  const here = import.meta.url ? fileURLToPath(import.meta.url) : typeof __filename === 'string' ? __filename : null
  const inWorkingFolder = join(process.cwd(), 'index.js')
  return here === null ? [inWorkingFolder] : [here, inWorkingFolder]
}
