/**
 * The finder: where words lie in a photograph. A small fully convolutional network that says of every fourth pixel whether
 * it belongs to a word's kernel (the word without its rim, as in PSENet, arXiv 1903.12473, and DB, arXiv 1911.08947), so
 * that neighbours stay apart, and how far that kernel's outline has to be moved outwards to be the word's.
 *
 *   image bytes [B, H, W, 3] → normalise to [-1, 1]
 *   → stem, H / 2 → four levels of residual 3x3 convolutions, H / 4, H / 8, H / 16, H / 32
 *   → back up: each level doubled and added to the finer one, down to [B, C, H / 4, W / 4]
 *   → two numbers a place: the logit of the kernel, the logarithm of its distance to the word's outline, pixels
 *
 * The distance is learned, and not derived from the kernel's area as DB does it: a kernel of a small word is two pixels of
 * the map high, of which nothing exact can be derived.
 *
 * Shapes: B batch, C channel, H W image. H and W are multiples of 32.
 */
import type { FinderModelSettings } from '../config.ts'
import {
  add,
  cast,
  Graph,
  multiply,
  relu,
  reshape,
  split,
  type Tensor,
  transpose,
  upsample2x2,
} from '../tensor/index.ts'
import { kaimingFanOut, normal, values } from './init.ts'
import { batchNormLayer, imageConvolution } from './layers.ts'
import { inputScope, type Scope, type TensorSpec } from './scope.ts'

/** Pixels of the picture a side for one of the maps. */
export const MAP_STRIDE = 4
/** What a picture's sides are multiples of. */
export const SIDE_STEP = 32

/** The probability of a kernel that the untrained network gives to every place (RetinaNet, arXiv 1708.02002, section 3.3). */
const PRIOR = 0.01
/** The distance that it gives, pixels: that of a word about 20 pixels high. */
const USUAL_DISTANCE = 6

export interface FinderMaps {
  /** Logits of the kernels, [B, H / 4, W / 4]. */
  readonly kernels: Tensor
  /** Logarithms of the distances in pixels of the picture, [B, H / 4, W / 4]; of no meaning outside kernels. */
  readonly distances: Tensor
}

/** `images[B, H, W, 3]`, uint8 RGB, → the maps. Images lie as [B, C, H, W] in training too: they are too high for `rowsConvolution`. */
export function findKernels(scope: Scope, settings: FinderModelSettings, images_BHWC: Tensor): FinderMaps {
  const normal_BHWC = add(multiply(cast(images_BHWC, 'float32'), 1 / 127.5), -1)
  const image = transpose(normal_BHWC, [0, 3, 1, 2])
  let x = relu(layer(scope, image, 'stem', { filters: settings.stem, stride: 2 }))
  const levels: Tensor[] = []
  for (const [level, filters] of settings.widths.entries()) {
    x = relu(layer(scope, x, `levels.${level}.down`, { filters, stride: 2 }))
    for (let block = 0; block < settings.blocks[level]!; block++)
      x = residualBlock(scope, x, `levels.${level}.${block}`)
    levels.push(x)
  }
  for (let level = levels.length - 2; level >= 0; level--) {
    const coarse = layer(scope, x, `joins.${level}`, { filters: settings.widths[level]! })
    x = relu(add(upsample2x2(coarse), levels[level]!))
  }
  const features = relu(layer(scope, x, 'smooth', { filters: settings.widths[0]! }))
  const [kernels, distances] = split(head(scope, features), { axis: 1, sizes: [1, 1] }) as [Tensor, Tensor]
  const [batch, , height, width] = kernels.shape as [number, number, number, number]
  const flat = [batch, height, width]
  return { kernels: reshape(kernels, flat), distances: reshape(distances, flat) }
}

/** Every tensor of the finder, in the order in which it asks for them. */
export function finderSpecs(settings: FinderModelSettings): TensorSpec[] {
  const graph = new Graph()
  const scope = inputScope(graph)
  findKernels(scope, settings, graph.input('images', 'uint8', [1, SIDE_STEP, SIDE_STEP, 3]))
  return scope.specs
}

/** A 3x3 convolution and its batch norm. */
function layer(scope: Scope, x: Tensor, name: string, { filters, stride = 1 }: { filters: number; stride?: number }) {
  const weight = scope.parameter(`${name}.conv.weight`, [filters, x.shape[1]!, 3, 3], kaimingFanOut)
  const output = imageConvolution(scope)(x, weight, null, { stride: [stride, stride], padding: [1, 1] })
  return batchNormLayer(scope, `${name}.norm`, output)
}

function residualBlock(scope: Scope, x: Tensor, name: string): Tensor {
  const filters = x.shape[1]!
  const middle = relu(layer(scope, x, `${name}.first`, { filters }))
  return relu(add(layer(scope, middle, `${name}.second`, { filters }), x))
}

function head(scope: Scope, x: Tensor): Tensor {
  const weight = scope.parameter('head.weight', [2, x.shape[1]!, 1, 1], normal(0.01))
  const bias = values([Math.log(PRIOR / (1 - PRIOR)), Math.log(USUAL_DISTANCE)])
  return imageConvolution(scope)(x, weight, scope.parameter('head.bias', [2], bias))
}
