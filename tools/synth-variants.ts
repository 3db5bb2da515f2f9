/** The engines that `measure-synth.ts` compares: the default, and the default without one thing or with another. */
import type { z } from 'zod'
import { synthPresets, type synthSettings } from '../src/synth/settings.ts'

const { layout, ink, surface, camera } = synthPresets.plain

export const synthVariants: Readonly<Record<string, z.input<typeof synthSettings>>> = {
  'all stages': {},
  'without layout': { layout },
  'without ink': { ink },
  'without surface': { surface },
  'without camera': { camera },
  'none of them': synthPresets.plain,
  'natural word frequency': { words: { naturalness: 1 } },
  'half natural': { words: { naturalness: 0.5 } },
  'without words but the lexicon': {
    words: { signs: 0, punctuated: 0, numbers: 0, codes: 0, addresses: 0, serials: 0, parts: 0, random: 0, phrases: 0 },
  },
  'without neighbours': { layout: { neighbours: 0 } },
  'without curves and perspective': { layout: { curved: 0, oblique: 0, tilted: 0 } },
}
