/** A run as sums: for every validation word, in which groups it falls and what of it was read right. */
import { alphanumericView } from '../charset.ts'
import { alignCharacters } from '../evaluate/metrics.ts'
import { FREQUENCY_BUCKETS } from '../evaluate/report.ts'
import type { StudyRun } from './study-folder.ts'

/** `set` and `all` count words; `word` counts words by their own frequency in training, `character` characters by theirs. */
export interface TallyGroup {
  readonly kind: 'set' | 'all' | 'word' | 'character'
  readonly name: string
}

export interface Tally {
  readonly groups: readonly TallyGroup[]
  /** One a word: of each group how many were right, and how many there were. */
  readonly rows: readonly Float64Array[]
}

/** The 36 characters in four equal groups by how often the run saw them. */
const CHARACTER_GROUPS = ['9 rarest', '9 rare', '9 frequent', '9 most frequent'] as const
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Words that count as rare and as frequent when these are compared: times seen in training. */
export const RARE_WORDS = ['never', 'once', '2 to 5 times']
export const FREQUENT_WORDS = ['21 to 100 times', 'more than 100 times']
export const RARE_CHARACTERS: readonly string[] = CHARACTER_GROUPS.slice(0, 1)
export const FREQUENT_CHARACTERS: readonly string[] = CHARACTER_GROUPS.slice(3)

/** Compares letters and digits without case; words that have none are left out. */
export function tallyRun({ sets, training }: StudyRun): Tally {
  const groups: TallyGroup[] = [
    ...sets.map(({ name }) => ({ kind: 'set' as const, name })),
    { kind: 'all', name: 'all' },
    ...FREQUENCY_BUCKETS.map(([name]) => ({ kind: 'word' as const, name })),
    ...CHARACTER_GROUPS.map((name) => ({ kind: 'character' as const, name })),
  ]
  const [all, firstBucket] = [sets.length, sets.length + 1]
  const firstCharacter = firstBucket + FREQUENCY_BUCKETS.length
  const ranks = characterRanks(training.characterCounts)
  const rows: Float64Array[] = []
  for (const [set, { words }] of sets.entries()) {
    for (const { label, prediction } of words) {
      const [wanted, read] = [alphanumericView(label), alphanumericView(prediction)]
      if (wanted === '') continue
      const row = new Float64Array(2 * groups.length)
      const add = (group: number, right: boolean) => {
        row[2 * group]! += right ? 1 : 0
        row[2 * group + 1]! += 1
      }
      const times = Object.hasOwn(training.wordCounts, wanted) ? training.wordCounts[wanted]! : 0
      const bucket = FREQUENCY_BUCKETS.findIndex(([, most]) => times <= most)
      for (const group of [set, all, firstBucket + bucket]) add(group, wanted === read)
      for (const [character, got] of alignCharacters(wanted, read)) {
        if (character === '') continue
        const quarter = Math.floor((ranks.get(character)! * CHARACTER_GROUPS.length) / ALPHABET.length)
        add(firstCharacter + quarter, character === got)
      }
      rows.push(row)
    }
  }
  return { groups, rows }
}

/** Place of each character, the rarest first. */
function characterRanks(counts: Readonly<Record<string, number>>): Map<string, number> {
  const sorted = [...ALPHABET].sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0))
  return new Map(sorted.map((character, rank) => [character, rank]))
}

/** Sums of several runs, word by word: they read the same words. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const { groups, rows } = tallies[0]!
  return {
    groups,
    rows: rows.map((row, place) =>
      row.map((_, column) => tallies.reduce((sum, each) => sum + each.rows[place]![column]!, 0)),
    ),
  }
}

/** How many more were right in `arm` than in `baseline`, which saw the same training words: of as many, word by word. */
export function subtractTallies(arm: Tally, baseline: Tally): Tally {
  const rows = arm.rows.map((row, place) =>
    row.map((value, column) => (column % 2 === 0 ? value - baseline.rows[place]![column]! : value)),
  )
  return { groups: arm.groups, rows }
}
