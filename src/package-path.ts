/** Finds the package's files on disk, also from a bundle. (Node) */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PackageFile, packageFiles } from './package-files.ts'

const names: Readonly<Record<PackageFile, string>> = {
  tiny: 'tiny.safetensors',
  small: 'small.safetensors',
  english: 'english.txt',
}

/**
 * The path of a file that comes with the package: where the package has it; or, in a bundle that left it behind, in `models`
 * beside the bundle, or in the package installed where the bundle or the working folder finds it. Throws, with the paths that
 * were tried, where it is in none; `otherwise` says what the caller can do then.
 */
export function packagePath(file: PackageFile, otherwise: string): string {
  const name = names[file]
  const looks = [
    () => fileURLToPath(packageFiles[file]()),
    ...bundles().flatMap((bundle) => [
      () => join(dirname(bundle), 'models', name),
      () => createRequire(bundle).resolve(`safl/models/${name}`),
    ]),
  ]
  const tried = new Set<string>()
  for (const look of looks) {
    const path = attempt(look)
    if (path !== null && existsSync(path)) return path
    if (path !== null) tried.add(path)
  }
  const installed = bundles().map((bundle) => join(dirname(bundle), 'node_modules/safl'))
  throw new Error(
    `${name}, which comes with the package safl, is at none of ${[...tried, ...new Set(installed)].join(', ')}: in a bundle, leave safl out of it (external), copy its models beside it, or ${otherwise}`,
  )
}

/** This file, or the bundle that it is in, and one that would lie in the working folder. */
function bundles(): string[] {
  // A bundle in CommonJS does not know its address, but its path.
  const here = import.meta.url ? fileURLToPath(import.meta.url) : typeof __filename === 'string' ? __filename : null
  const inWorkingFolder = join(process.cwd(), 'index.js')
  return here === null ? [inWorkingFolder] : [here, inWorkingFolder]
}

function attempt(look: () => string): string | null {
  try {
    return look()
  } catch {
    return null
  }
}
