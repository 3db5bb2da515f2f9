/** Finds the package's files on disk, also from a bundle. (Node) */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PackageFile, packageFiles } from './package-files.ts'

const names: Readonly<Record<PackageFile, string>> = {
  tiny: 'tiny.safetensors',
  small: 'small.safetensors',
  english: 'english.txt',
}

/**
 * The path of a file that comes with the package: where this file's address says, or, in a bundle that left it behind, in
 * the package installed beside the bundle or beside the working folder. Throws, with the paths that were tried, where it is
 * in none; `otherwise` says what the caller can do then.
 */
export function packagePath(file: PackageFile, otherwise: string): string {
  const tried: string[] = []
  for (const look of [() => fileURLToPath(packageFiles[file]()), ...places().map((place) => installed(file, place))]) {
    const path = attempt(look)
    if (path === null || tried.includes(path)) continue
    if (existsSync(path)) return path
    tried.push(path)
  }
  throw new Error(
    `${names[file]} of the package safl is not at ${tried.join(' or ') || 'any known place'}; in a bundle, keep safl external and installed, or ${otherwise}`,
  )
}

const installed = (file: PackageFile, place: string) => () => createRequire(place).resolve(`safl/models/${names[file]}`)

/** Files from which the package may be found by its name. A bundle in CommonJS does not know its own address. */
function places(): string[] {
  return [import.meta.url, join(process.cwd(), 'index.js')].filter((place) => place !== undefined)
}

function attempt(look: () => string): string | null {
  try {
    return look()
  } catch {
    return null
  }
}
