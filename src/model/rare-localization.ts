/**
 * The localisation network of RARE (Shi et al., CVPR 2016, section 3.1.1): four convolutions, each with pooling, and two
 * linear layers; the control points leave through tanh, so that none lies outside the image.
 */
import type { OfKind, RectifierSettings } from '../config.ts'
import { add, evenSized, multiply, relu, reshape, type Tensor, tanh, transpose } from '../tensor/index.ts'
import { constant, values } from './init.ts'
import { convolutionLayer, imageAxes, layImage, linearLayer, maxPoolLayer, plainConvolutionLayer } from './layers.ts'
import { resizeAligned } from './resize-aligned.ts'
import type { Scope } from './scope.ts'
import { boxPoints, type Point } from './spline.ts'

type RareRectifier = OfKind<RectifierSettings, 'rare'>

/** `image[B, 3, H, W]` → control points as fractions of the image, x then y, [B, K, 2]. */
export function localizeRare(scope: Scope, settings: RareRectifier, image: Tensor): Tensor {
  const { viewHeight, viewWidth, channels, hidden, norms, controlPoints } = settings
  let x = layImage(scope, resizeAligned(image, viewHeight, viewWidth))
  for (const [index, filters] of channels.entries()) {
    const name = `stn_head.convolutions.${index}`
    const layer = { filters, kernel: 3, padding: [1, 1] } as const
    const seen = norms
      ? convolutionLayer(scope, x, { ...layer, names: [name, `stn_head.norms.${index}`] })
      : plainConvolutionLayer(scope, x, { ...layer, name })
    // The same as ReLU, then pooling, for a quarter of the ReLU. An odd row or column at the end is left out.
    x = relu(maxPoolLayer(scope, evenSized(seen, imageAxes(scope))))
  }
  const images = scope.training ? transpose(x, [3, 1, 0, 2]) : x
  const [batch, ...rest] = images.shape as [number, ...number[]]
  let features = reshape(images, [batch, rest.reduce((a, b) => a * b)])
  for (const [index, width] of hidden.entries())
    features = relu(linearLayer(scope, `stn_head.linears.${index}`, features, { width }))
  const points = linearLayer(scope, 'stn_head.stn_fc2', features, {
    width: controlPoints * 2,
    weight: constant(0),
    bias: values(initialPoints(settings).flatMap((point) => point.map((place) => Math.atanh(2 * place - 1)))),
  })
  // tanh lies between the image's edges at -1 and 1, fractions between 0 and 1.
  return reshape(multiply(add(tanh(points), 1), 0.5), [batch, controlPoints, 2])
}

/** How far an arch falls from the middle of the word to its ends, as a share of the image's height. */
const FALL = 0.25

/** Where the control points lie before anything was learned: the upper edge from left to right, then the lower one. */
export function initialPoints({
  controlPoints,
  initialPoints: pattern,
  initialMargin,
}: Pick<RareRectifier, 'controlPoints' | 'initialPoints' | 'initialMargin'>): Point[] {
  const box = boxPoints(controlPoints, initialMargin)
  if (pattern === 'straight') return box
  return box.map(([x, y], place): Point => {
    const rise = Math.sin((Math.PI * (x - initialMargin)) / (1 - 2 * initialMargin))
    return [x, place < controlPoints / 2 ? y + FALL * (1 - rise) : y - FALL * rise]
  })
}
