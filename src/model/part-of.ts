import type { Part } from '../first-kinds.ts'

/** Which part of the model a tensor belongs to, by its name; the heads of training alone count to the decoder. */
export function partOf(tensor: string): Part {
  if (tensor.startsWith('stn_head.')) return 'rectifier'
  if (/^(encoder\.lstm|decoder\.decoder\.decoder\.encoder)\./.test(tensor)) return 'encoder'
  return tensor.startsWith('encoder.') ? 'backbone' : 'decoder'
}
