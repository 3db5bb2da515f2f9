/** Of what kind a model's parts are where its settings do not say: those of all models from before there was a choice. */
export const FIRST_KINDS = {
  rectifier: 'aster',
  backbone: 'residual',
  encoder: 'transformer',
  decoder: 'transformer',
} as const

export type Part = keyof typeof FIRST_KINDS

export const parts = Object.keys(FIRST_KINDS) as readonly Part[]
