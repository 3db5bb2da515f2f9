/** Texts of words and how often they occur. */

/**
 * Lines of a word and a count, or lines of words alone (1 each); in lower case, both cases counted together. Lines that begin
 * with # are comments. Throws, with the name, what is neither.
 */
export function parseWordCounts(text: string, name: string): Map<string, number> {
  const lines = parseWordLines(text, name)
  // A count on one line asks for one on each: a list with gaps is a mistake.
  const hasCounts = lines.some((line) => /^\S+\s+\d+$/.test(line))
  const counts = new Map<string, number>()
  for (const line of lines) {
    const gap = line.search(/\s/)
    const [word, rest] = gap < 0 ? [line, ''] : [line.slice(0, gap), line.slice(gap).trim()]
    const count = hasCounts ? (/^\d+$/.test(rest) ? Number(rest) : 0) : 1
    if (!(count > 0) || (!hasCounts && rest !== ''))
      throw new Error(`word frequencies ${name}: no word and count in "${line.slice(0, 60)}"`)
    addCount(counts, word, count)
  }
  return counts
}

/** The lines, trimmed, without comments and empty ones; at least one. Throws, with the name, what is no text. */
export function parseWordLines(text: string, name: string): string[] {
  // What decoders put in the place of bytes that are no UTF-8.
  if (/[\0\ufffd]/.test(text)) throw new Error(`lexicon ${name}: is no text in UTF-8; it needs a word a line`)
  const words = text
    .split(/\r?\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (words.length === 0) throw new Error(`lexicon ${name}: holds no words; it needs one a line`)
  return words
}

/** In lower case. */
export function countTogether(entries: readonly (readonly [word: string, count: number])[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [word, count] of entries) addCount(counts, word, count)
  return counts
}

function addCount(counts: Map<string, number>, word: string, count: number): void {
  const lower = word.toLowerCase()
  counts.set(lower, (counts.get(lower) ?? 0) + count)
}
