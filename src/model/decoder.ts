/** What every decoder is: the graphs of training and reading know no more of it. */
import type { ModelSettings } from '../config.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Scope } from './scope.ts'

/** What a step hands to the next, a row a word. */
export interface DecoderState {
  /** Names of the step graph's input and output. */
  readonly before: string
  readonly after: string
  /** Of one word at first, without the batch: zeros, or nothing yet where a size is 0. */
  readonly shape: readonly number[]
}

export interface DecoderStep {
  /** The characters just read, [B] int32. */
  readonly tokens: Tensor
  /** Their positions' sinusoids, which broadcast to [B, 1, D]; null where the decoder has none. */
  readonly place: () => Tensor | null
  /** What `ofImage` has computed, by name. */
  readonly image: (name: string) => Tensor
  /** The state by its name before the step, and where it is given by its name after the step. */
  readonly before: (name: string) => Tensor
  readonly after: (name: string, state: Tensor) => void
  /** Is shown how the decoder attends to the image, [B, heads, 1, P]. */
  readonly observe?: ((weights: Tensor) => void) | undefined
}

export interface GivenWords {
  /** The start symbol and the characters of R words, [R, T] int32. */
  readonly tokens: Tensor
  /** What `ofImage` has computed of each word's image, by name, [R, ...]. */
  readonly image: (name: string) => Tensor
  /** Is shown how the decoder attends to the image, [R, heads, T, P]. */
  readonly observe?: ((weights: Tensor) => void) | undefined
}

/**
 * Teacher forcing, which only training needs: `memory[B, P, M]` and `tokens[B, T]` (int32, the start symbol first), all steps at
 * once → logits [B, T, C].
 */
export type TeacherForcing = (
  scope: Scope,
  settings: ModelSettings,
  given: { readonly memory: Tensor; readonly tokens: Tensor },
) => Tensor

export interface Decoder {
  /** What it needs of an image, computed once: names, and shapes without the batch, a symbol for the image's places. */
  readonly imageParts: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly states: readonly DecoderState[]
  /** The table of sinusoids [count, D] in which a step finds its place; null where the decoder has none. */
  positions(): { readonly count: number; readonly data: Float32Array } | null
  /** The image's parts of its memory [B, P, M], in their order. */
  ofImage(scope: Scope, memory: Tensor): Tensor[]
  /** One step in a graph of steps or in a loop → logits [B, C]. */
  step(scope: Scope, step: DecoderStep): Tensor
  /** Whole words that are given → logits [R, T, C]. */
  words(scope: Scope, words: GivenWords): Tensor
}

/** Symbols: words that are given, their characters, and the image's places. */
export const WORDS = -4
export const LENGTH = -5
export const IMAGE_PLACES = -6
