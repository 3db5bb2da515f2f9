/** Batch and layer normalisation, softmax and log-softmax, forward and gradient side by side. */
import { add, clamp, divide, exponential, multiply, power, squareRoot, subtract } from './elementwise.ts'
import { emit, requireType, resolveAxis, ShapeError, sizeOf, type Tensor } from './graph.ts'
import { reshape } from './layout.ts'
import { mean, sum } from './reduction.ts'

/** Added to variances, unless told otherwise: PyTorch's default. */
export const BATCH_NORM_EPSILON = 1e-5
export const LAYER_NORM_EPSILON = 1e-5

export interface NormalizationOptions {
  /** `x[N, C]` or `x[N, C, H, W]` for batch norm, `x[..., D]` for layer norm. */
  readonly x: Tensor
  readonly scale: Tensor
  readonly bias: Tensor
  readonly epsilon?: number
}

export interface BatchNormResult {
  readonly output: Tensor
  /** The batch's mean of each channel, [C]. */
  readonly mean: Tensor
  /** The batch's unbiased variance of each channel, [C]: what PyTorch's running variance takes in. */
  readonly variance: Tensor
}

/** Normalises each channel by the batch's own mean and (biased) variance (Ioffe and Szegedy, arXiv 1502.03167). */
export function batchNormTraining({
  x,
  scale,
  bias,
  epsilon = BATCH_NORM_EPSILON,
}: NormalizationOptions): BatchNormResult {
  const channels = checkChannels(x, scale, bias)
  const count = sizeOf(x.shape) / channels
  if (count < 2) throw new ShapeError('batchNormTraining', 'needs more than one value a channel', [x])
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  const average = mean(x, { axes })
  const variance = clamp(subtract(mean(multiply(x, x), { axes }), multiply(average, average)), 0, Infinity)
  // The operator's training mode would do all this, but ONNX Runtime 1.30 lets its statistics share one buffer.
  const normalize = (values: Tensor, ...[factor, offset, center]: [Tensor, Tensor, Tensor]) =>
    emit('BatchNormalization', [values, factor, offset, center, variance], x.shape, {
      attributes: { epsilon: { float: epsilon } },
    })
  const output = normalize(x, scale, bias, average)
  x.graph.record('batchNormTraining', [x, scale, bias], [output], ([dy], [needX]) => {
    const inverse = power(add(variance, epsilon), -0.5)
    const biasGradient = sum(dy!, { axes })
    const product = sum(multiply(dy!, x), { axes })
    const scaleGradient = multiply(subtract(product, multiply(average, biasGradient)), inverse)
    if (!needX) return [undefined, scaleGradient, biasGradient]
    // dx = scale / sqrt(variance + epsilon) · (dy - slope·x - shift), which the forward operator computes from dy - slope·x.
    const slope = multiply(multiply(scaleGradient, inverse), 1 / count)
    const shift = subtract(multiply(biasGradient, 1 / count), multiply(slope, average))
    const perChannel = reshape(slope, [1, channels, ...x.shape.slice(2).map(() => 1)])
    const inner = subtract(dy!, multiply(x, perChannel))
    const zeros = x.graph.constant(new Float32Array(channels), [channels])
    return [normalize(inner, scale, zeros, shift), scaleGradient, biasGradient]
  })
  return { output, mean: average, variance: multiply(variance, count / (count - 1)) }
}

/** Normalises each channel by given statistics. */
export function batchNormInference(
  options: NormalizationOptions & { readonly mean: Tensor; readonly variance: Tensor },
): Tensor {
  const { x, scale, bias, mean: average, variance, epsilon = BATCH_NORM_EPSILON } = options
  const channels = checkChannels(x, scale, bias)
  const output = emit('BatchNormalization', [x, scale, bias, average, variance], x.shape, {
    attributes: { epsilon: { float: epsilon } },
  })
  x.graph.record('batchNormInference', [x, scale, bias], [output], ([dy]) => {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
    const inverse = divide(1, squareRoot(add(variance, epsilon)))
    const biasGradient = sum(dy!, { axes })
    const product = sum(multiply(dy!, x), { axes })
    const perChannel = reshape(multiply(scale, inverse), [1, channels, ...x.shape.slice(2).map(() => 1)])
    return [
      multiply(dy!, perChannel),
      multiply(subtract(product, multiply(average, biasGradient)), inverse),
      biasGradient,
    ]
  })
  return output
}

function checkChannels(x: Tensor, scale: Tensor, bias: Tensor): number {
  requireType('batchNorm', 'float32', x, scale, bias)
  const channels = x.shape[1]
  if (channels === undefined || scale.shape[0] !== channels || bias.shape[0] !== channels) {
    throw new ShapeError('batchNorm', 'takes x [N, C, ...], scale [C], bias [C]', [x, scale, bias])
  }
  return channels
}

/** Normalises the last axis to mean 0 and variance 1, then scales and shifts it (Ba et al., arXiv 1607.06450). */
export function layerNorm({ x, scale, bias, epsilon = LAYER_NORM_EPSILON }: NormalizationOptions): Tensor {
  requireType('layerNorm', 'float32', x, scale, bias)
  const rank = x.shape.length
  const width = x.shape[rank - 1]
  if (scale.shape[0] !== width || bias.shape[0] !== width) {
    throw new ShapeError('layerNorm', 'takes x [..., D], scale [D], bias [D]', [x, scale, bias])
  }
  const kept = [...x.shape.slice(0, -1), 1]
  const [output, average, inverse] = x.graph.node(
    'LayerNormalization',
    [x, scale, bias],
    [{ shape: x.shape }, { shape: kept }, { shape: kept }],
    { axis: -1, epsilon: { float: epsilon } },
  ) as [Tensor, Tensor, Tensor]
  x.graph.record('layerNorm', [x, scale, bias], [output], ([dy]) => {
    const axes = [...x.shape.keys()].slice(0, -1)
    const last = { axes: [rank - 1], keepDimensions: true }
    const normal = multiply(subtract(x, average), inverse)
    const product = multiply(dy!, normal)
    const scaled = multiply(dy!, scale)
    const correction = add(multiply(normal, mean(multiply(scaled, normal), last)), mean(scaled, last))
    return [multiply(subtract(scaled, correction), inverse), sum(product, { axes }), sum(dy!, { axes })]
  })
  return output
}

export function softmax(x: Tensor, axis = -1): Tensor {
  requireType('softmax', 'float32', x)
  const resolved = resolveAxis('softmax', x, axis)
  const output = emit('Softmax', [x], x.shape, { attributes: { axis: resolved } })
  x.graph.record('softmax', [x], [output], ([dy]) => {
    const product = multiply(dy!, output)
    return [subtract(product, multiply(output, sum(product, { axes: [resolved], keepDimensions: true })))]
  })
  return output
}

export function logSoftmax(x: Tensor, axis = -1): Tensor {
  requireType('logSoftmax', 'float32', x)
  const resolved = resolveAxis('logSoftmax', x, axis)
  const output = emit('LogSoftmax', [x], x.shape, { attributes: { axis: resolved } })
  x.graph.record('logSoftmax', [x], [output], ([dy]) => [
    subtract(dy!, multiply(exponential(output), sum(dy!, { axes: [resolved], keepDimensions: true }))),
  ])
  return output
}
