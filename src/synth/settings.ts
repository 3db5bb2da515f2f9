/** Every dial of the synthetic engine, stage by stage: its range, default and one line of meaning. */
import { z } from 'zod'

const probability = (value: number) => z.number().min(0).max(1).default(value)
const factor = z.number().min(0).max(3).default(1)

const wordSettings = z.strictObject({
  naturalness: probability(0).describe('0: all words of the lexicon alike frequent; 1: as frequent as in English'),
  lexicon: z.number().min(0).default(57).describe('weight of words of the lexicon'),
  signs: z.number().min(0).default(17).describe('weight of words that signs often say'),
  punctuated: z.number().min(0).default(5.5).describe('weight of words with punctuation'),
  numbers: z.number().min(0).default(10.5).describe('weight of numbers, prices, dates, times, telephone numbers'),
  codes: z.number().min(0).default(5).describe('weight of codes and compounds'),
  addresses: z
    .number()
    .min(0)
    .default(1.2)
    .describe('weight of pages, mail addresses, handles; more where texts are long'),
  serials: z
    .number()
    .min(0)
    .default(4)
    .describe('weight of serial, part and telephone numbers, bank accounts, plates; more where texts are long'),
  parts: z.number().min(0).default(3).describe('weight of words that are cut, and of words that run together'),
  singles: z.number().min(0).default(200).describe('weight, among texts of one character, of letters and digits'),
  phrases: probability(0.06).describe('share of texts of several words, with spaces; 0: no text holds a space'),
  random: z.number().min(0).default(5).describe('weight of random letters, digits and symbols'),
})

const layoutSettings = z.strictObject({
  curved: probability(0.2).describe('share of words on an arc, a bow, a wave or a fan'),
  oblique: probability(0.4).describe('share of words seen from the side'),
  tilted: factor.describe('how far words are rolled and their signs not quite square'),
  slanted: probability(0.12).describe('share of words sheared'),
  stretched: probability(0.55).describe('share of words narrowed or widened'),
  spaced: probability(0.3).describe('share of words with letters set apart or tight'),
  wobbling: probability(0.07).describe('share of words whose letters dance'),
  neighbours: probability(0.42).describe('share of crops with parts of other words'),
  cut: probability(0.16).describe("share of crops that cut letters' edges"),
  loose: probability(0.22).describe('share of crops with wide margins'),
  far: probability(0.08).describe(
    'share of crops with up to three heights of the word beside it, blank or with parts of others',
  ),
  stacked: probability(0.015).describe(
    'share of words of two to eight letters that run downwards, one upright letter above another',
  ),
  rules: probability(0.09).describe('share of words with an underline or a frame'),
  low: probability(0.13).describe('share of words with letters of 8 to 13 pixels'),
  tall: probability(0.5).describe('share of words with letters of 24 to 52 pixels; the rest lies between'),
})

const inkSettings = z.strictObject({
  bold: probability(0.14).describe('share of words drawn bolder than their font'),
  outlined: probability(0.13).describe('share of words with a line around their letters'),
  hollow: probability(0.025).describe('share of words that are contours only'),
  shadowed: probability(0.24).describe('share of words with a shadow, extrusion or glow'),
})

const surfaceSettings = z.strictObject({
  textured: probability(0.24).describe('share of grounds of stone, wood, cloth, dirt'),
  photographs: probability(0.15).describe('share of grounds that are a photograph'),
  patterned: probability(0.17).describe('share of grounds with a gradient, boards or patches'),
  finished: probability(0.2).describe('share of letters in a gradient, two colours or a texture'),
  worn: probability(0.06).describe('share of letters that are worn'),
  engraved: probability(0.03).describe('share of words cut into or raised from their ground'),
  displays: probability(0.04).describe('share of words that are shown by liquid crystals or lamps'),
  plates: probability(0.03).describe('share of words that are embossed on a plate'),
  neon: probability(0.02).describe('share of words that glow on a dark ground'),
  dotted: probability(0.01).describe('share of large letters made of lamps'),
  faint: probability(0.38).describe('share of letters with little contrast to their ground'),
  uneven: probability(0.45).describe('share of pictures lit unevenly'),
  shaded: probability(0.07).describe('share of pictures with the edge of a shadow'),
  glaring: probability(0.05).describe('share of pictures with glare'),
  reflecting: probability(0.04).describe('share of pictures behind glass that mirrors something'),
})

const cameraSettings = z.strictObject({
  blur: factor.describe('strength of the blur of lens and focus'),
  motion: factor.describe('how often the camera moved'),
  grain: factor.describe("strength of the sensor's noise"),
  misexposed: factor.describe('how often pictures are too dark, too bright or hazy'),
  tinted: factor.describe('strength of wrong colours, gamma and gain'),
  compressed: factor.describe('how often JPEG has left artefacts'),
  sharpened: probability(0.09).describe("share of pictures with a camera's rims along edges"),
  occluded: probability(0.035).describe('share of words with a line or a blot in front'),
})

export const synthSettings = z.strictObject({
  words: wordSettings.prefault({}),
  layout: layoutSettings.prefault({}),
  ink: inkSettings.prefault({}),
  surface: surfaceSettings.prefault({}),
  camera: cameraSettings.prefault({}),
})

export type SynthSettings = z.output<typeof synthSettings>
export type WordSettings = SynthSettings['words']
export type LayoutSettings = SynthSettings['layout']
export type InkSettings = SynthSettings['ink']
export type SurfaceSettings = SynthSettings['surface']
export type CameraSettings = SynthSettings['camera']

/** All of a group switched off: `low` and `tall` stay, because letters have some size. */
const FLAT_LAYOUT = {
  curved: 0,
  oblique: 0,
  tilted: 0,
  slanted: 0,
  stretched: 0,
  spaced: 0,
  wobbling: 0,
  neighbours: 0,
  cut: 0,
  loose: 0,
  far: 0,
  stacked: 0,
  rules: 0,
}
const PLAIN_INK = { bold: 0, outlined: 0, hollow: 0, shadowed: 0 }
const FLAT_SURFACE = {
  textured: 0,
  photographs: 0,
  patterned: 0,
  finished: 0,
  worn: 0,
  engraved: 0,
  displays: 0,
  plates: 0,
  neon: 0,
  dotted: 0,
  faint: 0,
  uneven: 0,
  shaded: 0,
  glaring: 0,
  reflecting: 0,
}
const PERFECT_CAMERA = {
  blur: 0,
  motion: 0,
  grain: 0,
  misexposed: 0,
  tinted: 0,
  compressed: 0,
  sharpened: 0,
  occluded: 0,
}

/** `street`: signs as people photograph them. `print`: scans of paper. `plain`: straight letters on a flat ground. */
export const synthPresets = {
  street: {},
  print: {
    layout: { ...FLAT_LAYOUT, tilted: 0.3, stretched: 0.2, neighbours: 0.3, rules: 0.1, low: 0.3, tall: 0.3 },
    ink: PLAIN_INK,
    surface: { ...FLAT_SURFACE, textured: 0.1, worn: 0.05, uneven: 0.3 },
    camera: { ...PERFECT_CAMERA, blur: 0.5, grain: 0.5, misexposed: 0.3, compressed: 0.5 },
  },
  plain: { layout: FLAT_LAYOUT, ink: PLAIN_INK, surface: FLAT_SURFACE, camera: PERFECT_CAMERA },
} as const satisfies Record<string, z.input<typeof synthSettings>>
export type SynthPreset = keyof typeof synthPresets
