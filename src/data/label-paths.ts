/** Where label files and their images lie, also as other systems write it. (Node) */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'

/**
 * An image's path. Label files of Windows have backslashes, which elsewhere are letters of a name, and some have spaces
 * before the tab: such names mean what is there.
 */
export function findImage(folder: string, file: string): string {
  const path = resolve(folder, file)
  if (!/^[A-Za-z]:[\\/]|\\|^\s|\s$/.test(file) || existsSync(path)) return path
  if (sep === '\\') return resolve(folder, file.trim())
  if (/^[A-Za-z]:/.test(file))
    throw new Error(
      `${file}: no such file: a path of Windows; give paths relative to the label file's folder, ${folder}`,
    )
  return resolve(folder, file.trim().replaceAll('\\', '/'))
}

/** DIR/train stands for the images in DIR/train and their words in DIR/train.tags, whose paths start at DIR. */
export async function findTags(path: string): Promise<string> {
  const file = join(dirname(path), `${basename(path)}.tags`)
  if (existsSync(file)) return file
  const stem = path.replace(/\.tags$/, '')
  if (stem !== path) throw new Error(`${path}: iiit5k takes the folder beside it: give iiit5k:${stem}`)
  const names = await readdir(path).catch(() => [])
  const inside = names.filter((name) => name.endsWith('.tags')).map((name) => `iiit5k:${join(path, name.slice(0, -5))}`)
  throw new Error(`${file}: no such file of labels${inside.length > 0 ? `: give ${inside.join(', or ')}` : ''}`)
}
