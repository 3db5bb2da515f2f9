/**
 * The head of connectionist temporal classification: every image position says which character it sees, or the blank.
 * In training it is guidance for the encoder, beside the attention decoder; alone it is a recogniser without a decoder.
 */
import { CTC_CLASSES } from '../charset.ts'
import type { Tensor } from '../tensor/index.ts'
import { normal } from './init.ts'
import { linearLayer } from './layers.ts'
import type { Scope, Weights } from './scope.ts'

/** The encoder's memory [B, S, D] → logits [B, S, 95]: the 94 characters and the blank. */
export function ctcLogits(scope: Scope, memory: Tensor): Tensor {
  return linearLayer(scope, 'ctc', memory, { width: CTC_CLASSES, weight: normal(0.01) })
}

/** Whether weights were trained with the head. */
export function hasCtcHead(weights: Weights): boolean {
  return weights.has('ctc.weight')
}
