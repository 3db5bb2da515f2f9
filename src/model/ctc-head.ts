/**
 * The head of connectionist temporal classification: every image position says which character it sees, or the blank.
 * In training it is guidance for the encoder, beside the attention decoder; alone it is a recogniser without a decoder.
 */
import { createCharset } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import type { Tensor } from '../tensor/index.ts'
import { normal } from './init.ts'
import { linearLayer } from './layers.ts'
import type { Scope } from './scope.ts'
import type { Weights } from './weights.ts'

/**
 * The encoder's columns [B, S, D] → logits [B, S, C]: the 94 characters and the blank, C = 95; with further characters as many
 * classes as the decoder scores, of which those that spell nothing are never right.
 */
export function ctcLogits(scope: Scope, { furtherCharacters }: ModelSettings, columns: Tensor): Tensor {
  const { ctcClasses } = createCharset(furtherCharacters)
  return linearLayer(scope, 'ctc', columns, { width: ctcClasses, weight: normal(0.01) })
}

/** Whether weights were trained with the head. */
export function hasCtcHead(weights: Weights): boolean {
  return weights.has('ctc.weight')
}
