/**
 * What training computes otherwise than reading: images lie rows first, [H, C, W, B], where convolutions are matrix
 * products over the whole batch; batch norm goes by the batch, LSTMs and sampling have a gradient, and dropout drops.
 */
import {
  batchNormTraining,
  convolutionTraining,
  dropoutMask,
  gridSampleTraining,
  lstmTraining,
  maxPool2x2Training,
  multiply,
  reorder,
  reshape,
  rowsConvolution,
  sizeOf,
  slice,
  type Tensor,
  transpose,
} from '../tensor/index.ts'
import type { TrainingLayers } from './scope.ts'

export interface TrainingLayersOptions {
  /** [M], uniform in [0, 1), for dropout: each place of use reads its own stretch of it. */
  readonly noise: Tensor | undefined
  /** Norms go by the running statistics, which stay as they are. */
  readonly frozenNorms: boolean
}

export function trainingLayers({ noise, frozenNorms }: TrainingLayersOptions): TrainingLayers {
  return {
    ...layout,
    sample: gridSampleTraining,
    convolution: rowsConvolution,
    imageConvolution: convolutionTraining,
    maxPool: (x) => maxPool2x2Training(x, [0, 2]),
    batchNorm: frozenNorms ? null : batchNormTraining,
    lstm: lstmTraining,
    dropout: dropoutBy(noise),
  }
}

const layout: Pick<TrainingLayers, 'layImage' | 'imageColumns' | 'imagePlaces'> = {
  layImage(x) {
    const [batch, channels, height, width] = x.shape as [number, number, number, number]
    // A matrix is transposed fast, and its rows are moved fast; all four axes at once are not.
    const batchLast = transpose(reshape(x, [batch, channels * height * width]), [1, 0])
    const rows = reorder(reshape(batchLast, [channels * height, width * batch]), takingTurns(channels, height))
    return reshape(rows, [height, channels, width, batch])
  },

  imageColumns(x) {
    const [, channels, width, batch] = x.shape as [number, number, number, number]
    const rows = transpose(reshape(x, [channels, width * batch]), [1, 0])
    return reshape(reorder(rows, takingTurns(width, batch)), [batch, width, channels])
  },

  imagePlaces(x) {
    const [height, channels, width, batch] = x.shape as [number, number, number, number]
    // Rows of channels are moved fast; all four axes at once are not.
    const byPlace = transpose(reshape(x, [height, channels, width * batch]), [0, 2, 1])
    return transpose(reshape(byPlace, [height * width, batch, channels]), [1, 0, 2])
  },
}

/** The order that makes `count` groups of `size` parts into `size` groups of `count`: each group's first, each group's second, … */
function takingTurns(count: number, size: number): number[] {
  return Array.from({ length: count * size }, (_, index) => (index % count) * size + Math.floor(index / count))
}

function dropoutBy(noise: Tensor | undefined): TrainingLayers['dropout'] {
  // Of all the noise, by their rates: made once, though each place of use reads a stretch.
  const masks = new Map<number, Tensor>()
  let start = 0
  return (x, rate) => {
    if (!noise) throw new Error('a training scope with dropout needs noise')
    const available = noise.shape[0]!
    const count = sizeOf(x.shape)
    if (count > available) throw new Error(`dropout needs ${count} random numbers, the noise has ${available}`)
    // The stretches overlap once the noise is used up, at other offsets each time: 7919 is prime.
    if (start + count > available) start = (start * 31 + 7919) % (available - count + 1)
    const mask = masks.get(rate) ?? dropoutMask(noise, rate)
    masks.set(rate, mask)
    const stretch = slice(mask, { axis: 0, start, end: start + count })
    start += count
    return multiply(x, reshape(stretch, x.shape))
  }
}
