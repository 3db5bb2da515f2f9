/** What `safl study parts` compares: `tiny` with one part after another taken out or changed for its ancestor's. */
import { type ModelSettings, type Preset, presetSettings } from '../config.ts'
import { loadPreset } from '../presets/index.ts'
import type { PlannedRun, StudyArm } from './plan.ts'

export interface PartArm extends StudyArm {
  /** What differs from the study's settings, in a sentence. */
  readonly what: string
  /** Arms that it is compared with. */
  readonly baselines: readonly string[]
  /** The arm whose model it has, and trains otherwise; null for a model of its own. */
  readonly modelOf: string | null
  /** The settings of a run, but for its seed. */
  readonly change: (study: Preset) => Changes
}

interface Changes {
  readonly model?: { readonly [Name in keyof ModelSettings]?: unknown }
  readonly training?: Partial<Preset['training']>
}

/** What the arms of the main question have in common, unless they say otherwise. */
const part = { first: true, modelOf: null, baselines: ['tiny'] } as const
/** And those of the losses. */
const loss = { first: false } as const

/** A model of another family: its parts and the sizes of its blocks; images, widths and characters stay the study's. */
function partsOf(preset: string): NonNullable<Changes['model']> {
  const { rectifier, backbone, encoder, decoder, transformer } = loadPreset(preset).model
  return { rectifier, backbone, encoder, decoder, transformer }
}

/** Half of the Transformer's width: what LSTMs of both directions give together, and units of the GRU in proportion. */
const half = ({ model }: Preset) => model.transformer.width / 2

const gamma = (focalGamma: number) => ({ focalGamma, focalAlpha: 1 })

export const partArms: readonly PartArm[] = [
  {
    ...part,
    name: 'tiny',
    title: 'SAFL',
    what: "the study's preset as it stands: rectifier, residual columns, Transformer, CTC head",
    baselines: [],
    change: () => ({}),
  },
  {
    ...part,
    name: 'unguided',
    title: 'SAFL, unguided',
    what: "the same without guidance by words' outlines: the fair partner of what has no rectifier to guide",
    change: () => ({ training: { outlineWeight: 0 } }),
  },
  {
    ...part,
    name: 'no-rectifier',
    title: 'no rectifier',
    what: 'words are resized, not straightened; there is nothing that outlines could guide',
    baselines: ['tiny', 'unguided'],
    change: () => ({ model: { rectifier: { kind: 'none' } }, training: { outlineWeight: 0 } }),
  },
  {
    ...part,
    name: 'rare-rectifier',
    title: "RARE's rectifier",
    what: "RARE's localisation network of `rare-tiny`, whose points leave through tanh; guided by outlines as SAFL's",
    change: () => ({ model: { rectifier: loadPreset('rare-tiny').model.rectifier } }),
  },
  {
    ...part,
    name: 'recurrent',
    title: 'LSTM and GRU',
    what: "RARE's encoder, two bidirectional LSTM layers, and its decoder, an attention GRU, both of half the width a direction",
    change: (study) => ({
      model: {
        encoder: { kind: 'lstm', width: half(study), layers: 2 },
        decoder: { kind: 'gru', width: half(study) },
      },
    }),
  },
  {
    ...part,
    name: 'satrn-map',
    title: "SATRN's map",
    what: "SATRN's two convolutions and its encoder over all places of their map, in place of columns; as many blocks of the same width",
    change: ({ model }) => ({
      model: {
        backbone: { kind: 'satrn', widths: [16, model.transformer.width] },
        encoder: { kind: 'satrn' },
      },
    }),
  },
  {
    ...part,
    name: 'locality',
    title: 'locality-aware',
    what: "SATRN's encoder over SAFL's one row of columns, without gates: feed-forward layers see their neighbours, norms stand before sub-layers",
    change: () => ({ model: { encoder: { kind: 'satrn', adaptive: false } } }),
  },
  {
    ...part,
    name: 'ctc',
    title: 'CTC alone',
    what: "no decoder is trained, and the CTC head reads alone, with the focal loss's weight",
    decoder: 'ctc',
    change: ({ training }) => ({ training: { focalWeight: 0, ctcWeight: training.focalWeight } }),
  },
  {
    ...part,
    name: 'rare-tiny',
    title: '`rare-tiny`',
    what: 'RARE whole, at about the arithmetic of `tiny`',
    change: () => ({ model: partsOf('rare-tiny') }),
  },
  {
    ...part,
    name: 'satrn-tiny',
    title: '`satrn-tiny`',
    what: 'SATRN whole, at about the arithmetic of `tiny`; it has no rectifier to guide',
    baselines: ['tiny', 'unguided'],
    change: () => ({ model: partsOf('satrn-tiny'), training: { outlineWeight: 0 } }),
  },
  ...(['rare-tiny', 'satrn-tiny'] as const).flatMap((model): PartArm[] => {
    const training = model === 'satrn-tiny' ? { outlineWeight: 0 } : {}
    const shared = { ...loss, modelOf: model }
    return [
      {
        ...shared,
        name: `${model}-gamma0`,
        title: `\`${model}\`, γ 0`,
        what: `\`${model}\` by cross-entropy`,
        baselines: [],
        change: () => ({ model: partsOf(model), training: { ...training, ...gamma(0) } }),
      },
      {
        ...shared,
        name: `${model}-gamma2`,
        title: `\`${model}\`, γ 2`,
        what: `\`${model}\` by focal loss`,
        baselines: [`${model}-gamma0`],
        change: () => ({ model: partsOf(model), training: { ...training, ...gamma(2) } }),
      },
    ]
  }),
]

/** Settings that the study decides, and nobody else. */
export const DECIDED_BY_PARTS = ['training.steps', 'training.seed'] as const

/** The settings of a run: its parts and what training must know of them differ from the study's, and the seed. */
export function partPresetOf({ arm, seed }: PlannedRun<PartArm>, study: Preset): Preset {
  const { model, training } = arm.change(study)
  return presetSettings.parse({
    ...study,
    model: { ...study.model, ...model },
    training: { ...study.training, ...training, seed },
  })
}
