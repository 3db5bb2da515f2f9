/** Synthetic words that a study reads beside real ones: the same texts straight, curved and rotated. (Node) */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { DataSpec } from '../data/dataset.ts'
import { openSyntheticWords } from '../data/synthetic-words.ts'
import { createDataset } from '../data/write-dataset.ts'
import type { synthSettings } from '../synth/settings.ts'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'

/** The seed of all these words, which no training uses as a run's seed. */
const SEED = 0x70617274

type Layout = NonNullable<z.input<typeof synthSettings>['layout']>

/** Nothing but the word and its shape makes them hard: one whole word in each crop, neither stacked nor with neighbours. */
const ALONE = { neighbours: 0, cut: 0, loose: 0, far: 0, stacked: 0, slanted: 0, wobbling: 0 } as const
const WORDS = { phrases: 0, singles: 0, random: 0, serials: 0, addresses: 0, parts: 0 } as const
const SURFACE = { displays: 0, plates: 0, neon: 0, dotted: 0, engraved: 0 } as const

const layouts: Readonly<Record<string, Layout>> = {
  straight: { ...ALONE, curved: 0, oblique: 0, tilted: 0 },
  curved: { ...ALONE, curved: 1, oblique: 0, tilted: 0 },
  rotated: { ...ALONE, curved: 0, oblique: 1, tilted: 3 },
}

export const drawnSets = Object.keys(layouts).map((name) => ({ name: `synthetic, ${name}`, folder: name }))

export interface NamedSpec {
  readonly name: string
  readonly spec: DataSpec
}

/** The sets in the folder, drawn where they are not there yet: a study that goes on reads the pictures of its beginning. */
export async function drawWords(
  folder: string,
  { synth, count, workers }: { readonly synth: SynthesizerOptions; readonly count: number; readonly workers: number },
): Promise<NamedSpec[]> {
  const sets: NamedSpec[] = []
  for (const { name, folder: shape } of drawnSets) {
    const spec: DataSpec = { kind: 'tsv', path: join(folder, shape, 'labels.tsv') }
    if (!existsSync(spec.path)) {
      const settings = { words: WORDS, layout: layouts[shape]!, surface: SURFACE }
      await writeWords(spec, { synth: { ...synth, settings }, count, workers })
    }
    sets.push({ name, spec })
  }
  return sets
}

async function writeWords(
  spec: DataSpec,
  { synth, count, workers }: { synth: SynthesizerOptions; count: number; workers: number },
): Promise<void> {
  const writer = await createDataset(spec)
  const words = openSyntheticWords({ synth, seed: SEED, workers: Math.min(workers, count) })
  try {
    for (let index = 0; index < count; index++) await writer.add(await words.next())
    await writer.finish()
  } catch (error) {
    await writer.abandon()
    throw error
  } finally {
    await words.close()
  }
}
