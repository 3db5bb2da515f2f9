/** Files that are written whole or not at all. (Node) */
import { open, rename, rm } from 'node:fs/promises'

/** Writes beside the file, flushes to the disk, then puts it in the file's place. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const aside = `${path}.${process.pid}.part`
  try {
    const file = await open(aside, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, path)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}
