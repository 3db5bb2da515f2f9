/** Words by their length, drawn alike often or by weight. */
import type { Random } from '../random.ts'
import { pick } from './distributions.ts'
import { DIGITS, randomString } from './written-numbers.ts'

/** Words of one length, and where each one's share of them ends. */
interface WordGroup {
  readonly words: string[]
  readonly ends: number[]
}

export type WordGroups = ReadonlyMap<number, WordGroup>

export function groupByLength(words: readonly string[], weight: (word: string) => number = () => 1): WordGroups {
  const groups = new Map<number, WordGroup>()
  for (const word of words) {
    const group = groups.get(word.length) ?? { words: [], ends: [] }
    group.words.push(word)
    group.ends.push((group.ends.at(-1) ?? 0) + weight(word))
    groups.set(word.length, group)
  }
  return groups
}

/** A word of the length, or of the nearest length that there is. */
export function wordOfLength(random: Random, groups: WordGroups, length: number): string {
  for (let distance = 0; distance < 40; distance++) {
    const group = groups.get(length - distance) ?? groups.get(length + distance)
    if (group) return drawFrom(random, group)
  }
  return drawFrom(random, pick(random, [...groups.values()]))
}

/** Exactly so many characters: a word, the beginning of a longer one, or a shorter one with digits behind. */
export function pieceOfLength(random: Random, groups: WordGroups, length: number): string {
  const word = wordOfLength(random, groups, length).slice(0, length)
  return word + randomString(random, DIGITS, length - word.length)
}

function drawFrom(random: Random, { words, ends }: WordGroup): string {
  const place = random() * ends.at(-1)!
  let [low, high] = [0, words.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! > place) high = middle
    else low = middle + 1
  }
  return words[low]!
}
