/**
 * The encoder of SATRN (Lee et al., arXiv 1910.04396): self-attention over all places of a map, positions in two dimensions
 * whose weights the picture decides ("adaptive 2D positional encoding"), and a feed-forward layer that sees each place's
 * neighbours ("locality-aware feedforward layer"). Where the paper is silent it is as the authors' code: norms before
 * sub-layers, half as many hidden units of the gates as channels, batch norm and ReLU after each convolution.
 */
import type { EncoderSettings, OfKind, TransformerSettings } from '../config.ts'
import {
  add,
  matrixProduct,
  mean,
  multiply,
  relu,
  reshape,
  sigmoid,
  sizeAt,
  sliceBetween,
  split,
  type Tensor,
  transpose,
} from '../tensor/index.ts'
import { asMap, asPlaces, type FeatureMap } from './feature-map.ts'
import { kaimingFanOut, normal } from './init.ts'
import {
  batchNormLayer,
  convolutionLayer,
  imageConvolution,
  layerNormLayer,
  linearLayer,
  MultiHeadAttention,
} from './layers.ts'
import type { Scope } from './scope.ts'
import { ENCODER, sinusoids } from './transformer.ts'

interface Sizes {
  readonly encoder: OfKind<EncoderSettings, 'satrn'>
  readonly transformer: TransformerSettings
  /** Most columns that a map may have. */
  readonly mostColumns: number
}

/** Features at the places of a map → memory at the same places, [B, P, D]. */
export function encodeMap(scope: Scope, { encoder, transformer, mostColumns }: Sizes, map: FeatureMap): Tensor {
  const { dropout, encoderLayers, positionDropout } = transformer
  const placed = asPlaces(addPositions(scope, map, { adaptive: encoder.adaptive, mostColumns }))
  let state = scope.dropout(placed, positionDropout)
  for (let layer = 0; layer < encoderLayers; layer++) {
    const name = `${ENCODER}.layers.${layer}`
    const self = new MultiHeadAttention(scope, `${name}.self_attn`, transformer)
    const attended = self.attendSelf(layerNormLayer(scope, `${name}.norm1`, state))
    state = add(state, scope.dropout(attended, dropout))
    const normal = layerNormLayer(scope, `${name}.norm2`, state)
    state = add(state, feedForward(scope, { ...map, places: normal }, { name, inner: transformer.feedForward }))
  }
  return layerNormLayer(scope, `${ENCODER}.norm`, state)
}

/**
 * E + α(E) · rows' sinusoids + β(E) · columns' sinusoids, [B, R, S, D]: the gates α and β, a number for each channel, are
 * sigmoid(max(0, g W₁) W₂) of the mean g of the whole map.
 */
function addPositions(
  scope: Scope,
  map: FeatureMap,
  { adaptive, mostColumns }: { adaptive: boolean; mostColumns: number },
): Tensor {
  const { places, rows, columns } = map
  const { graph, shape } = places
  const [batch, , width] = shape as [number, number, number]
  const table = graph.constant(sinusoids(mostColumns, width), [mostColumns, width])
  const across =
    columns < 0
      ? sliceBetween(table, { axis: 0, start: graph.integers([0]), end: sizeAt(asMap(places, map), 2), size: columns })
      : graph.constant(sinusoids(columns, width), [columns, width])
  const down = graph.constant(sinusoids(rows, width), [rows, 1, width])
  const features = asMap(places, map)
  if (!adaptive) return add(add(features, down), across)
  const hidden = relu(
    linearLayer(scope, `${ENCODER}.positions.hidden`, mean(places, { axes: [1] }), { width: width / 2 }),
  )
  const gates = sigmoid(linearLayer(scope, `${ENCODER}.positions.gates`, hidden, { width: 2 * width }))
  const [ofRows, ofColumns] = split(gates, { axis: 1, sizes: [width, width] }).map((gate) =>
    reshape(gate, [batch, 1, 1, width]),
  ) as [Tensor, Tensor]
  return add(add(features, multiply(ofRows, down)), multiply(ofColumns, across))
}

/**
 * 1x1, depthwise 3x3 and 1x1 convolution, each with batch norm and ReLU: `x[B, P, D]`, the places of a map, → [B, P, D].
 */
function feedForward(scope: Scope, map: FeatureMap, { name, inner }: { name: string; inner: number }): Tensor {
  return scope.training
    ? feedForwardInTraining(scope, map, { name, inner })
    : feedForwardOfImages(scope, map, { name, inner })
}

const namesOf = (name: string, place: number) => [`${name}.convolutions.${place}`, `${name}.norms.${place}`] as const

/** As images [B, C, H, W], whose layers the runtime joins. */
function feedForwardOfImages(scope: Scope, map: FeatureMap, { name, inner }: { name: string; inner: number }): Tensor {
  const width = map.places.shape[2]!
  const layer = { kernel: 1 } as const
  const image = scope.activation(`${name}.convolutions`, transpose(asMap(map.places, map), [0, 3, 1, 2]))
  const wide = relu(convolutionLayer(scope, image, { ...layer, names: namesOf(name, 0), filters: inner }))
  const near = scope.activation(`${name}.depthwise`, neighbours(scope, wide, name))
  const output = relu(convolutionLayer(scope, near, { ...layer, names: namesOf(name, 2), filters: width }))
  return asPlaces(transpose(output, [0, 2, 3, 1]))
}

/** The 1x1 convolutions as products of all places at once, where they lie as attention needs them. */
function feedForwardInTraining(
  scope: Scope,
  map: FeatureMap,
  { name, inner }: { name: string; inner: number },
): Tensor {
  const { places, rows, columns } = map
  const [batch, count, width] = places.shape as [number, number, number]
  const product = (x: Tensor, place: number, filters: number) => {
    const [convolution, norm] = namesOf(name, place)
    const channels = x.shape[1]!
    const weight = scope.parameter(`${convolution}.weight`, [filters, channels, 1, 1], kaimingFanOut)
    const sums = matrixProduct(x, transpose(reshape(weight, [filters, channels]), [1, 0]))
    return relu(batchNormLayer(scope, norm, sums))
  }
  const wide = product(reshape(places, [batch * count, width]), 0, inner)
  const image = reshape(transpose(reshape(wide, [batch, count, inner]), [0, 2, 1]), [batch, inner, rows, columns])
  const near = transpose(reshape(neighbours(scope, image, name), [batch, inner, count]), [0, 2, 1])
  return reshape(product(reshape(near, [batch * count, inner]), 2, width), [batch, count, width])
}

/** The depthwise convolution of `image[B, C, H, W]`, its norm and ReLU. */
function neighbours(scope: Scope, image: Tensor, name: string): Tensor {
  const [convolutionName, norm] = namesOf(name, 1)
  const channels = image.shape[1]!
  // Of nine values each: their deviation is that of nine, not of all channels' filters.
  const weight = scope.parameter(`${convolutionName}.depthwise.weight`, [channels, 1, 3, 3], normal(Math.sqrt(2 / 9)))
  const seen = imageConvolution(scope)(image, weight, null, { groups: channels, padding: [1, 1] })
  return relu(batchNormLayer(scope, norm, seen))
}
