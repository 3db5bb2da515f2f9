/** The 45-layer residual network of ASTER: text image → a sequence of features, left to right. */
import type { BackboneSettings } from '../config.ts'
import { add, relu, reshape, subsample, type Tensor, transpose } from '../tensor/index.ts'
import { batchNormLayer, convolutionLayer } from './layers.ts'
import type { Scope } from './scope.ts'

/** Steps down and across of the five stages: 32 x W becomes 1 x W / 4. */
const STRIDES = [
  [2, 2],
  [2, 2],
  [2, 1],
  [2, 1],
  [2, 1],
] as const

/** `image[B, 3, 32, W]` → features `[B, S, D]`, S = W / 4 positions from left to right. */
export function backbone(scope: Scope, settings: BackboneSettings, image: Tensor): Tensor {
  const stem = convolutionLayer(scope, 'encoder.layer0.0', image, {
    filters: settings.stem,
    kernel: 3,
    padding: [1, 1],
  })
  let x = relu(batchNormLayer(scope, 'encoder.layer0.1', stem))
  for (const [stage, stride] of STRIDES.entries()) {
    for (let block = 0; block < settings.blocks[stage]!; block++) {
      x = residualBlock(scope, `encoder.layer${stage + 1}.${block}`, x, {
        filters: settings.widths[stage]!,
        stride: block === 0 ? stride : null,
      })
    }
  }
  const [batch, width, , positions] = x.shape as [number, number, number, number]
  return transpose(reshape(x, [batch, width, positions]), [0, 2, 1])
}

/** 1x1 convolution, 3x3 convolution, shortcut. With a stride, both branches read the same subsampled input. */
function residualBlock(
  scope: Scope,
  name: string,
  x: Tensor,
  { filters, stride }: { filters: number; stride: readonly [number, number] | null },
): Tensor {
  const input = stride ? subsample(x, stride) : x
  const first = convolutionLayer(scope, `${name}.conv1`, input, { filters, kernel: 1 })
  const middle = relu(batchNormLayer(scope, `${name}.bn1`, first))
  const second = convolutionLayer(scope, `${name}.conv2`, middle, { filters, kernel: 3, padding: [1, 1] })
  const output = batchNormLayer(scope, `${name}.bn2`, second)
  if (!stride) return relu(add(output, x))
  const shortcut = convolutionLayer(scope, `${name}.downsample.0`, input, { filters, kernel: 1 })
  return relu(add(output, batchNormLayer(scope, `${name}.downsample.1`, shortcut)))
}
