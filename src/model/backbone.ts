/** The 45-layer residual network of ASTER: text image → a sequence of features, left to right. */
import type { BackboneSettings } from '../config.ts'
import { add, relu, reshape, subsample, type Tensor, transpose } from '../tensor/index.ts'
import { batchNormLayer, convolutionLayer } from './layers.ts'
import type { Scope } from './scope.ts'

/** Steps down and across between the stem, the five stages and the end: 32 x W becomes 1 x W / 4. */
const STRIDES = [
  [2, 2],
  [2, 2],
  [2, 1],
  [2, 1],
  [2, 1],
  [1, 1],
] as const

type Stride = (typeof STRIDES)[number]

/**
 * `image[B, 3, 32, W]` → features `[B, S, D]`, S = W / 4 positions from left to right.
 *
 * A stage begins with strided 1x1 convolutions, which read only every second row (and column) of what came before. So
 * the layer before them is computed at those places alone: the same function with the same weights for less work. In
 * training its batch statistics are taken over the places that are used.
 */
export function backbone(scope: Scope, settings: BackboneSettings, image: Tensor): Tensor {
  const rowsFirst = scope.training
  const start = rowsFirst ? transpose(image, [2, 1, 3, 0]) : image
  const stem = convolutionLayer(scope, 'encoder.layer0.0', start, {
    filters: settings.stem,
    kernel: 3,
    padding: [1, 1],
    stride: STRIDES[0],
    rowsFirst,
  })
  let x = relu(batchNormLayer(scope, 'encoder.layer0.1', stem))
  for (const [stage, filters] of settings.widths.entries()) {
    const blocks = settings.blocks[stage]!
    for (let block = 0; block < blocks; block++) {
      x = residualBlock(scope, `encoder.layer${stage + 1}.${block}`, x, {
        filters,
        projected: block === 0,
        stride: block === blocks - 1 ? STRIDES[stage + 1]! : [1, 1],
      })
    }
  }
  if (rowsFirst) return transpose(reshape(x, x.shape.slice(1)), [2, 1, 0])
  const [batch, width, , positions] = x.shape as [number, number, number, number]
  return transpose(reshape(x, [batch, width, positions]), [0, 2, 1])
}

/** 1x1 convolution, 3x3 convolution and a shortcut, itself a 1x1 convolution where `projected`; read with a stride. */
function residualBlock(
  scope: Scope,
  name: string,
  x: Tensor,
  { filters, projected, stride }: { filters: number; projected: boolean; stride: Stride },
): Tensor {
  const rowsFirst = scope.training
  const first = convolutionLayer(scope, `${name}.conv1`, x, { filters, kernel: 1, rowsFirst })
  const middle = relu(batchNormLayer(scope, `${name}.bn1`, first))
  const second = convolutionLayer(scope, `${name}.conv2`, middle, {
    filters,
    kernel: 3,
    padding: [1, 1],
    stride,
    rowsFirst,
  })
  const output = batchNormLayer(scope, `${name}.bn2`, second)
  const kept = subsample(x, stride, rowsFirst ? [0, 2] : [2, 3])
  if (!projected) return relu(add(output, kept))
  const shortcut = convolutionLayer(scope, `${name}.downsample.0`, kept, { filters, kernel: 1, rowsFirst })
  return relu(add(output, batchNormLayer(scope, `${name}.downsample.1`, shortcut)))
}
