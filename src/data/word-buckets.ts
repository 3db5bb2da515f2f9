/** Which real words are trained on, sorted by length: numbers of samples only, so that sets of any size fit. */
import { type Charset, createCharset, encodeText, UNKNOWN } from '../charset.ts'
import type { Random } from '../random.ts'
import type { Dataset } from './dataset.ts'

/** A word of a real set. */
export interface WordPlace {
  readonly dataset: Dataset
  readonly index: number
}

interface Source {
  readonly dataset: Dataset
  readonly indices: number[]
}

/** The words whose length lies between two bounds, of several sets. */
export class WordBucket {
  private readonly sources: Source[] = []

  add({ dataset, index }: WordPlace): void {
    const source = this.sources.find((each) => each.dataset === dataset)
    if (source) source.indices.push(index)
    else this.sources.push({ dataset, indices: [index] })
  }

  /** How many words there are. */
  get size(): number {
    return this.sources.reduce((sum, { indices }) => sum + indices.length, 0)
  }

  /** How many words they count as, by their sets' weights. */
  get weight(): number {
    return this.sources.reduce((sum, { dataset, indices }) => sum + dataset.weight * indices.length, 0)
  }

  /** Number of a word, drawn by weight. */
  draw(random: Random): number {
    let place = random() * this.weight
    let before = 0
    for (const { dataset, indices } of this.sources) {
      const share = dataset.weight * indices.length
      if (place < share) return before + Math.min(Math.floor(place / dataset.weight), indices.length - 1)
      place -= share
      before += indices.length
    }
    return before - 1
  }

  at(number: number): WordPlace {
    let place = number
    for (const { dataset, indices } of this.sources) {
      if (place < indices.length) return { dataset, index: indices[place]! }
      place -= indices.length
    }
    throw new RangeError(`no word ${number} among ${this.size}`)
  }
}

/**
 * Sorts the training split's words by the bounds of `lengths` (characters and the end symbol). What cannot be trained on
 * is counted: a line a reason and set, with the first sample's name.
 */
export async function sortWords(
  datasets: readonly Dataset[],
  { lengths, furtherCharacters }: { readonly lengths: readonly number[]; readonly furtherCharacters: string },
): Promise<{ buckets: WordBucket[]; leftOut: string[] }> {
  const charset = createCharset(furtherCharacters)
  const buckets = lengths.map(() => new WordBucket())
  const leftOut: string[] = []
  for (const dataset of datasets) {
    const reasons = new Map<string, { count: number; first: string }>()
    let index = -1
    for await (const label of dataset.labels()) {
      if (!dataset.inSplit(++index, 'train')) continue
      const bucket = label instanceof Error ? -1 : lengths.findIndex((limit) => label.length + 1 <= limit)
      const reason = label instanceof Error ? label.message : whyLeftOut(label, bucket, charset)
      if (reason === null) {
        buckets[bucket]!.add({ dataset, index })
        continue
      }
      const known = reasons.get(reason)
      if (known) known.count++
      else reasons.set(reason, { count: 1, first: label instanceof Error ? '' : dataset.nameOf(index) })
    }
    for (const [reason, { count, first }] of reasons) {
      leftOut.push(first ? `${dataset.name}: ${count} ${reason}, the first ${first}` : reason)
    }
  }
  return { buckets, leftOut }
}

function whyLeftOut(label: string, bucket: number, charset: Charset): string | null {
  if (label === '') return 'with no label'
  if (encodeText(label, charset).includes(UNKNOWN)) return 'with characters that have no class'
  return bucket < 0 ? 'longer than training.lengths allow' : null
}
