/** How often words, characters and lengths occur in labels: what a recogniser trained on them sees often or never. */

export interface LabelStatistics {
  readonly labels: number
  /** Labels that could not be read. */
  readonly unreadable: number
  /** [word, times], most frequent first. */
  readonly words: readonly (readonly [string, number])[]
  /** [character, times], most frequent first. */
  readonly characters: readonly (readonly [string, number])[]
  /** [length in characters, times], shortest first. */
  readonly lengths: readonly (readonly [number, number])[]
}

/** Counts in one pass; memory grows with the number of different words. */
export async function countLabels(labels: AsyncIterable<string | Error>): Promise<LabelStatistics> {
  const words = new Map<string, number>()
  const characters = new Map<string, number>()
  const lengths = new Map<number, number>()
  let [total, unreadable] = [0, 0]
  const add = <T>(tally: Map<T, number>, key: T) => tally.set(key, (tally.get(key) ?? 0) + 1)
  for await (const label of labels) {
    if (label instanceof Error) {
      unreadable++
      continue
    }
    total++
    add(words, label)
    add(lengths, [...label].length)
    for (const character of label) add(characters, character)
  }
  const falling = <T>(tally: Map<T, number>) => [...tally].sort(([, a], [, b]) => b - a)
  return {
    labels: total,
    unreadable,
    words: falling(words),
    characters: falling(characters),
    lengths: [...lengths].sort(([a], [b]) => a - b),
  }
}
