/** The localisation network of ASTER (Shi et al., TPAMI 2018, section 3.1), as SAFL has it. */
import type { OfKind, RectifierSettings } from '../config.ts'
import { multiply, relu, reshape, type Tensor, transpose } from '../tensor/index.ts'
import { constant, values } from './init.ts'
import { batchNormLayer, convolutionLayer, layImage, linearLayer, maxPoolLayer } from './layers.ts'
import { resizeAligned } from './resize-aligned.ts'
import type { Scope } from './scope.ts'
import { boxPoints } from './spline.ts'

/** `image[B, 3, H, W]` → control points as fractions of the image, x then y, [B, K, 2]. */
export function localizeAster(scope: Scope, settings: OfKind<RectifierSettings, 'aster'>, image: Tensor): Tensor {
  const { viewHeight, viewWidth, channels, hidden, controlPoints, initialMargin } = settings
  let x = layImage(scope, resizeAligned(image, viewHeight, viewWidth))
  for (const [index, filters] of channels.entries()) {
    const name = `stn_head.stn_convnet.${index * 2}`
    const names = [`${name}.0`, `${name}.1`] as const
    x = convolutionLayer(scope, x, { names, filters, kernel: 3, padding: [1, 1], bias: true })
    // The same as ReLU, then pooling, for a quarter of the ReLU.
    x = relu(index < channels.length - 1 ? maxPoolLayer(scope, x) : x)
  }
  const images = scope.training ? transpose(x, [3, 1, 0, 2]) : x
  const [batch, ...rest] = images.shape as [number, ...number[]]
  const flat = reshape(images, [batch, rest.reduce((a, b) => a * b)])
  const linear = linearLayer(scope, 'stn_head.stn_fc1.0', flat, { width: hidden })
  const features = relu(batchNormLayer(scope, 'stn_head.stn_fc1.1', linear))
  const points = linearLayer(scope, 'stn_head.stn_fc2', multiply(features, 0.1), {
    width: controlPoints * 2,
    weight: constant(0),
    bias: values(boxPoints(controlPoints, initialMargin).flat()),
  })
  return reshape(points, [batch, controlPoints, 2])
}
