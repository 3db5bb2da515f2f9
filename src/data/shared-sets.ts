/** The project's own real words, which lie in a shared folder: what kinds there are, and how they are mixed. (Node) */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataSpec, listNames } from './dataset.ts'

interface SharedSet {
  readonly name: string
  /** Any use is allowed, as far as known; the others are for research. */
  readonly open?: true
  /** How many words each counts as within its kind; 1 unless given. */
  readonly weight?: number
}

interface WordKind {
  readonly name: string
  /** Share of the real words that are trained on. */
  readonly share: number
  readonly sets: readonly SharedSet[]
}

/** Scene words stay the most, although some narrow sets are as large. */
export const wordKinds: readonly WordKind[] = [
  {
    name: 'scene words',
    share: 0.6,
    sets: [
      { name: 'icdar2015', open: true },
      { name: 'iiit5k' },
      { name: 'svt' },
      { name: 'mlt2017', open: true },
      { name: 'icdar2003' },
      // Eleven words, again and again.
      { name: 'road-signs', weight: 0.1 },
    ],
  },
  { name: 'documents', share: 0.2, sets: [{ name: 'receipts' }, { name: 'forms' }] },
  {
    name: 'single characters',
    share: 0.1,
    sets: [{ name: 'characters' }, { name: 'characters-poor' }, { name: 'meter-digits' }],
  },
  {
    name: 'codes and displays',
    share: 0.1,
    sets: [
      { name: 'wire-markers', open: true },
      { name: 'nameplates' },
      { name: 'container-codes' },
      { name: 'multimeters' },
      { name: 'fuel-pumps' },
      { name: 'stamped-metal', open: true },
      { name: 'timber-marks', open: true },
      { name: 'table-cells' },
    ],
  },
]

/** Photographs that any use allows: grounds for words of the open sets are cut from them. */
export const OPEN_PHOTOGRAPHS = ['icdar2015-train', 'mlt2017-en', 'mlt2017-fr']
/** Those for research only: signs, and pictures without text. */
export const RESEARCH_PHOTOGRAPHS = ['icdar2003-train', 'negatives-bsds500', 'negatives-imagenet-samples']

/** Which of the sets: all, or those that any use allows. */
export type Mixture = 'all' | 'open'

/**
 * Specs of the sets that a folder holds, weighted so that each kind has its share of the words, and each set of a kind its
 * part in proportion to its words; shares of kinds that have no set fall to the others. The weight of a scene word is 1.
 */
export async function mixedSets(folder: string, mixture: Mixture): Promise<DataSpec[]> {
  const kinds: { share: number; sets: { name: string; weight: number; words: number }[] }[] = []
  for (const { share, sets } of wordKinds) {
    const chosen = sets.filter(({ open }) => mixture === 'all' || open)
    const counted = await Promise.all(
      chosen.map(async ({ name, weight = 1 }) => ({ name, weight, words: await countWords(join(folder, name)) })),
    )
    kinds.push({ share, sets: counted.filter(({ words }) => words > 0) })
  }
  const weighed = kinds.flatMap(({ share, sets }) => {
    const words = sets.reduce((sum, each) => sum + each.weight * each.words, 0)
    return sets.map(({ name, weight }) => ({ name, weight: (share * weight) / words }))
  })
  const unit = weighed[0]?.weight ?? 1
  return weighed.map(({ name, weight }) => ({
    kind: 'lists',
    path: join(folder, name),
    weight: Number((weight / unit).toPrecision(4)),
  }))
}

/** Training words of a set; 0 where it is not there. */
async function countWords(folder: string): Promise<number> {
  const text = await readFile(join(folder, listNames.train), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line.trim() !== '').length
}
