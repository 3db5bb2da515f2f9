/** Which words a run of `safl train` draws: what is asked for, what its folder remembers, and what that comes to. */
import { basename, join, resolve } from 'node:path'
import { type DataSpec, type Dataset, formatDataSpec, openDataset, parseDataSpec } from '../data/dataset.ts'
import type { Mixture } from '../data/shared-sets.ts'
import { OPEN_PHOTOGRAPHS } from '../data/shared-sets.ts'
import { readWords, type WordOfSet } from '../evaluate/validate.ts'
import type { RunSources } from '../train/run-sources.ts'
import { checkBackgrounds, defaultData, defaultFonts, SHARED } from './synth-material.ts'

/** Options that are absent were not given. */
export interface SourceOptions {
  readonly data: readonly string[]
  readonly validation: readonly string[]
  readonly open?: boolean
  readonly shared?: string
  readonly fonts?: string
  readonly backgrounds?: string
  readonly synth?: boolean
}

/** What options ask for, where they say nothing what was kept, where nothing was kept the defaults. Paths are absolute. */
export async function resolveSources(given: SourceOptions, kept: RunSources | null): Promise<RunSources> {
  if (given.data.length > 0 && given.open !== undefined)
    throw new Error('--open chooses among the sets of the shared folder; leave it or --data out')
  checkBackgrounds(given.backgrounds)
  const shared = given.shared === undefined ? (kept?.shared ?? resolve(SHARED)) : resolve(given.shared)
  const fonts = given.fonts === undefined ? (kept?.fonts ?? defaultFonts()) : resolve(given.fonts)
  const backgrounds = given.backgrounds === undefined ? (kept?.backgrounds ?? null) : resolve(given.backgrounds)
  const sources = {
    ...(await resolveData(given, kept, shared)),
    validation: given.validation.length > 0 ? given.validation.map(absolute) : (kept?.validation ?? []),
    synth: given.synth ?? kept?.synth ?? true,
    shared,
    fonts,
    backgrounds,
  }
  if (sources.mixture === 'open' && sources.synth && backgrounds === null) {
    throw new Error(
      `--open: the photographs of ${join(shared, 'backgrounds')} are for research only; cut grounds from open ones (npx tsx tools/cut-grounds.ts --photographs ${OPEN_PHOTOGRAPHS.map((name) => join(shared, 'photographs', name)).join(' ')} --out FOLDER) and give --backgrounds FOLDER, or --no-synth`,
    )
  }
  return sources
}

async function resolveData(
  { data, open }: SourceOptions,
  kept: RunSources | null,
  shared: string,
): Promise<Pick<RunSources, 'data' | 'mixture'>> {
  if (data.length > 0) return { data: data.map(absolute), mixture: null }
  const asked: Mixture | null = open === undefined ? null : open ? 'open' : 'all'
  const mixture = asked ?? (kept ? kept.mixture : 'all')
  // The sets are counted once: a run goes on with its weights, whatever lies in the shared folder later.
  const stays = kept !== null && mixture === kept.mixture && (mixture === null || shared === kept.shared)
  if (stays) return { data: kept.data, mixture }
  return { data: (await defaultData(shared, mixture ?? 'all')).map(absolute), mixture }
}

function absolute(text: string): string {
  const spec = parseDataSpec(text)
  return formatDataSpec({ ...spec, path: resolve(spec.path) })
}

/** The sets to train on. With validation sets of their own, those without lists are trained on whole. */
export function trainingSpecs({ data, validation }: RunSources): DataSpec[] {
  return data.map((text) => ({ ...parseDataSpec(text), ...(validation.length > 0 && { wholly: 'train' as const }) }))
}

/** Sets that validation reads, of each its validation words. */
function validationSpecs(sources: RunSources): DataSpec[] {
  if (sources.validation.length === 0) return trainingSpecs(sources)
  return sources.validation.map((text) => ({ ...parseDataSpec(text), wholly: 'validation' }))
}

export interface TrainedSet {
  readonly name: string
  /** Words to train on. */
  readonly words: number
  /** Share of the real words that are drawn, about: lengths that are made more frequent shift it. */
  readonly share: number
}

/** What the sets come to. Rejects where there is nothing to train on. */
export async function countSets(sources: RunSources): Promise<TrainedSet[]> {
  const counts = await withDatasets(trainingSpecs(sources), async (datasets) =>
    datasets.map((dataset) => ({
      name: dataset.name,
      weight: dataset.weight,
      length: dataset.length,
      words: Array.from({ length: dataset.length }, (_, index) => index).filter((index) =>
        dataset.inSplit(index, 'train'),
      ).length,
    })),
  )
  const drawn = counts.reduce((sum, { weight, words }) => sum + weight * words, 0)
  if (drawn === 0 && !sources.synth) {
    const left = counts.reduce((sum, { length }) => sum + length, 0)
    throw new Error(
      `no words to train on: ${left === 1 ? 'the only sample is' : `all ${left} samples are`} left for validation; add more, or name words to validate with, --validation KIND:PATH, to train on all`,
    )
  }
  const names = shortNames(counts.map(({ name }) => name))
  return counts.map(({ name, weight, words }) => ({
    name: names.get(name)!,
    words,
    share: drawn > 0 ? (weight * words) / drawn : 0,
  }))
}

/** Up to `most` words to validate with. */
export async function openValidation(sources: RunSources, most: number): Promise<WordOfSet[]> {
  return withDatasets(validationSpecs(sources), async (datasets) => {
    const names = shortNames(datasets.map(({ name }) => name))
    const words = await readWords(datasets, 'validation', most)
    return words.map((word) => ({ ...word, set: names.get(word.set)! }))
  })
}

async function withDatasets<T>(specs: readonly DataSpec[], use: (datasets: readonly Dataset[]) => Promise<T>) {
  const datasets: Dataset[] = []
  try {
    for (const spec of specs) datasets.push(await openDataset(spec))
    return await use(datasets)
  } finally {
    for (const dataset of datasets) await dataset.close()
  }
}

/** Sets with lists by their folder's name, where that tells them apart. */
function shortNames(names: readonly string[]): Map<string, string> {
  const short = (name: string) => (name.startsWith('lists:') ? basename(name) : name)
  const isAlone = (name: string) => !names.some((other) => other !== name && short(other) === short(name))
  return new Map(names.map((name) => [name, isAlone(name) ? short(name) : name]))
}
