import type { Preset } from '../src/config.ts'
import { miniPreset } from './mini-preset.ts'

const rare = {
  rectifier: { kind: 'rare', viewWidth: 48, channels: [4, 4, 4, 8], hidden: [8, 8], initialPoints: 'cosine' },
  backbone: { kind: 'crnn', widths: [4, 4, 8, 8, 8, 8, 16] },
  encoder: { kind: 'lstm', width: 8 },
  decoder: { kind: 'gru', width: 16 },
}
const satrn = {
  rectifier: { kind: 'none' },
  backbone: { kind: 'satrn', widths: [4, 16] },
  encoder: { kind: 'satrn' },
}
/** Words of two widths. */
const widths = { textWidth: 64, textWidths: [48, 64], imageWidth: 128 }

/** Models of a few thousand weights from all kinds of parts, by name. */
const models: Readonly<Record<string, Record<string, unknown>>> = {
  rare,
  satrn,
  'rare at any width': { ...rare, ...widths },
  'satrn at any width': { ...satrn, ...widths },
  'SAFL with a GRU': { decoder: rare.decoder },
  'SAFL with LSTMs': { encoder: rare.encoder, ...widths },
  "SAFL's row of columns read by SATRN's encoder": { encoder: { kind: 'satrn', adaptive: false } },
  "SATRN's map read by a GRU": { ...satrn, decoder: rare.decoder },
}

export const familyNames = Object.keys(models)

export function miniFamily(name: string, training: Record<string, unknown> = {}): Preset {
  return miniPreset(training, models[name])
}
