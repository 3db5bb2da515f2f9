/** A convolution and its batch norm, as layers of all kinds of numbers compute them. */
import type { ConvolutionOptions } from '../tensor/index.ts'

export interface ConvolutionLayer extends Omit<ConvolutionOptions, 'groups'> {
  /** Names of the two modules. */
  readonly names: readonly [convolution: string, norm: string]
  readonly filters: number
  readonly kernel: number
  readonly bias?: boolean
}
