/**
 * The backbone of CRNN (Shi et al., arXiv 1507.05717, table 1), which RARE reads with (section 3.2.1): seven convolutions
 * as in VGG, pooled so that 32 rows become one and columns stay narrow.
 */
import type { BackboneSettings, OfKind } from '../config.ts'
import { emit, maxPoolRows, relu, type Tensor } from '../tensor/index.ts'
import type { FeatureMap } from './feature-map.ts'
import { constant, kaimingFanOut } from './init.ts'
import {
  batchNormLayer,
  convolutionLayer,
  imageAxes,
  imageColumns,
  layImage,
  maxPoolLayer,
  plainConvolutionLayer,
} from './layers.ts'
import type { Scope } from './scope.ts'

/** After which convolutions, from 0, the image is pooled: by squares, by rows. */
const SQUARE_POOLS = [0, 1]
const ROW_POOLS = [3, 5]
/** Those that the paper follows with batch norm. */
const NORMS = [4, 5]
/** The last convolution is 2x2 without padding: two rows become one, W / 4 columns one less. */
const LAST = 6
/** Symbol: columns of an image whose width is known at run time. */
const COLUMNS = -8

/** `image[B, 3, 32, W]` → features `[B, S, D]` of a row of S = W / 4 - 1 columns. */
export function crnnBackbone(scope: Scope, settings: OfKind<BackboneSettings, 'crnn'>, image: Tensor): FeatureMap {
  let x = layImage(scope, scope.activation('image', image))
  const axes = imageAxes(scope)
  for (const [place, filters] of settings.widths.entries()) {
    const [name, norm] = [`encoder.convolutions.${place}`, `encoder.norms.${place}`] as const
    const hasNorm = settings.norms === 'all' || NORMS.includes(place)
    x = scope.activation(name, relu(convolve(scope, x, { place, filters, names: [name, hasNorm ? norm : null] })))
    if (SQUARE_POOLS.includes(place)) x = maxPoolLayer(scope, x)
    if (ROW_POOLS.includes(place)) x = maxPoolRows(x, axes)
  }
  const places = imageColumns(scope, x)
  // A column sees two of the four-pixel steps, and lies between them.
  return { places, rows: 1, columns: places.shape[1]!, firstColumn: 3.5 }
}

function convolve(
  scope: Scope,
  x: Tensor,
  layer: { place: number; filters: number; names: readonly [string, string | null] },
): Tensor {
  const { place, filters, names } = layer
  const [name, norm] = names
  const size = place === LAST ? ({ kernel: 2 } as const) : ({ kernel: 3, padding: [1, 1] } as const)
  if (place === LAST && x.shape[3]! < 0 && !scope.training) return lastOfAnyWidth(scope, x, { filters, name, norm })
  return norm
    ? convolutionLayer(scope, x, { names: [name, norm], filters, bias: true, ...size })
    : plainConvolutionLayer(scope, x, { name, filters, ...size })
}

/** The last convolution of an image whose width is known at run time alone. */
function lastOfAnyWidth(
  scope: Scope,
  x: Tensor,
  { filters, name, norm }: { filters: number; name: string; norm: string | null },
): Tensor {
  const weight = scope.parameter(`${name}.weight`, [filters, x.shape[1]!, 2, 2], kaimingFanOut)
  const bias = scope.parameter(`${name}.bias`, [filters], constant(0))
  const output = emit('Conv', [x, weight, bias], [x.shape[0]!, filters, 1, COLUMNS], {
    attributes: { kernel_shape: [2, 2] },
  })
  return norm ? batchNormLayer(scope, norm, output) : output
}
