/** Whoever imports the recogniser loads no finder: it comes with what is imported when a reader of photographs needs it. */
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** Files that a file loads with itself: neither types nor what is imported later. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = await readFile(file, 'utf8')
  for (const [, clause, path] of text.matchAll(/^(?:import|export)\s+([^;']*?)\s*from\s+'(\.[^']+)'/gms)) {
    const [, names = ''] = /^\{(.*)\}$/s.exec(clause!) ?? []
    const listed = names.split(',').filter((name) => name.trim() !== '')
    if (clause!.startsWith('type ') || (listed.length > 0 && listed.every((name) => name.trim().startsWith('type '))))
      continue
    await loadedBy(join(dirname(file), path!), seen)
  }
  return seen
}

test.each(['src/index.ts', 'src/browser.ts'])('%s', async (entry) => {
  const files = [...(await loadedBy(entry))].map((file) => relative('src', file))
  expect(files.some((file) => file.startsWith('recognize/'))).toBe(true)
  expect(files.some((file) => file.startsWith('read/'))).toBe(true)
  expect(files.filter((file) => file.startsWith('find/') || /model\/finder/.test(file))).toEqual([])
})
