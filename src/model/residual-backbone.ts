/** The 45-layer residual network of ASTER: text image → a sequence of features, left to right. */
import type { BackboneSettings, OfKind } from '../config.ts'
import { add, relu, subsample, type Tensor } from '../tensor/index.ts'
import type { FeatureMap } from './feature-map.ts'
import { convolutionLayer, imageAxes, imageColumns, layImage } from './layers.ts'
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
 * `image[B, 3, 32, W]` → features `[B, S, D]` of a row of S = W / 4 columns from left to right.
 *
 * A stage begins with strided 1x1 convolutions, which read only every second row (and column) of what came before. So
 * the layer before them is computed at those places alone: the same function with the same weights for less work. In
 * training its batch statistics are taken over the places that are used.
 */
export function residualBackbone(
  scope: Scope,
  settings: OfKind<BackboneSettings, 'residual'>,
  image: Tensor,
): FeatureMap {
  const stem = convolutionLayer(scope, layImage(scope, scope.activation('image', image)), {
    names: ['encoder.layer0.0', 'encoder.layer0.1'],
    filters: settings.stem,
    kernel: 3,
    padding: [1, 1],
    stride: STRIDES[0],
  })
  let x = scope.activation('encoder.layer0', relu(stem))
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
  const places = imageColumns(scope, x)
  return { places, rows: 1, columns: places.shape[1]!, firstColumn: 1.5 }
}

/** 1x1 convolution, 3x3 convolution and a shortcut, itself a 1x1 convolution where `projected`; read with a stride. */
function residualBlock(
  scope: Scope,
  name: string,
  x: Tensor,
  { filters, projected, stride }: { filters: number; projected: boolean; stride: Stride },
): Tensor {
  const names = (convolution: string, norm: string) => [`${name}.${convolution}`, `${name}.${norm}`] as const
  const first = convolutionLayer(scope, x, { names: names('conv1', 'bn1'), filters, kernel: 1 })
  const middle = scope.activation(`${name}.conv1`, relu(first))
  const second = { names: names('conv2', 'bn2'), filters, kernel: 3, padding: [1, 1], stride } as const
  const output = scope.activation(`${name}.conv2`, convolutionLayer(scope, middle, second))
  const kept = () => subsample(x, stride, imageAxes(scope))
  const shortcut = () => {
    if (!projected) return kept()
    const layer = { names: names('downsample.0', 'downsample.1'), filters, kernel: 1 }
    // Training's product is faster over the places that are kept, the runtime's convolution with a stride of its own.
    const convolved = scope.training
      ? convolutionLayer(scope, kept(), layer)
      : convolutionLayer(scope, x, { ...layer, stride })
    return scope.activation(`${name}.downsample`, convolved)
  }
  return scope.activation(name, relu(add(output, shortcut())))
}
