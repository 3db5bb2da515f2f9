/**
 * Guidance by where characters are: the backbone's columns are asked, during training only, which character lies over
 * them. An attention decoder alone spells from the language for a long time before it looks at the image.
 */
import { createCharset, END } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import { pickClass } from '../loss/focal.ts'
import {
  add,
  cast,
  detach,
  divide,
  emit,
  equal,
  floor,
  logSoftmax,
  multiply,
  reshape,
  slice,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'
import { normal } from './init.ts'
import { linearLayer } from './layers.ts'
import type { EncodedImage } from './safl.ts'
import type { Scope } from './scope.ts'
import { boxPoints, type Point, splinePoints } from './spline.ts'

/** Cells of a map that says which character lies where in the input image. */
export const MAP_ROWS = 16
export const MAP_COLUMNS = 128
/** Values of the map beside class ids: no character lies there, or nobody knows. */
export const NO_CHARACTER = 254
export const UNKNOWN_PLACE = 255

/** Places above each other in a column where the map is looked up. */
const PROBES = 7

/**
 * Mean cross-entropy of the character over each of the backbone's columns, over all columns whose character is known.
 * `map[B, 16, 128]` (uint8) is in the input image's frame; the rectifier's spline carries the columns there.
 */
export function columnLoss(scope: Scope, settings: ModelSettings, encoded: EncodedImage, map: Tensor): Tensor {
  const labels = columnLabels(settings, encoded, map)
  const { classes: width } = createCharset(settings.furtherCharacters)
  const logits = linearLayer(scope, 'guidance', encoded.features, { width, weight: normal(0.01) })
  const known = subtract(1, cast(equal(labels, UNKNOWN_PLACE), 'float32'))
  // Class END stands for "no character"; an unknown place picks no class and counts for nothing.
  const classes = emit('Min', [labels, nobody(labels)], labels.shape, { type: 'int32' })
  const [batch, columns] = labels.shape as [number, number]
  const picked = pickClass(logSoftmax(logits), reshape(classes, [batch, columns, 1]))
  return divide(multiply(sum(multiply(picked, known)), -1), add(sum(known), 1))
}

function nobody(labels: Tensor): Tensor {
  return labels.graph.scalar(END, 'int32')
}

/** The class over each column, [B, S] int32: a character wherever one of the column's probes meets one. */
function columnLabels(settings: ModelSettings, encoded: EncodedImage, map: Tensor): Tensor {
  const { rectifier } = settings
  const textWidth = encoded.image.shape[3]!
  const [batch, columns] = encoded.features.shape as [number, number]
  const probes = Array.from({ length: PROBES * columns }, (_, index): Point => {
    const column = index % columns
    const row = Math.floor(index / columns)
    return [(column * 4 + encoded.firstColumn) / (textWidth - 1), (row + 1) / (PROBES + 1)]
  })
  const targets = boxPoints(rectifier.controlPoints, rectifier.targetMargin)
  const points = splinePoints(detach(encoded.controlPoints), targets, probes)
  const { graph } = map
  const whole = (tensors: Tensor[], operator: string, shape: readonly number[]) =>
    emit(operator, tensors, shape, { type: 'int32' })
  const cell = (axis: number, count: number) => {
    const place = slice(points, { axis: 1, start: axis, end: axis + 1 })
    const index = cast(floor(multiply(place, count - 0.001)), 'int32')
    // Weights that have become NaN must reach the loss, which is checked, and not point outside the map.
    const bound = (operator: string, limit: Tensor, value: Tensor) => whole([value, limit], operator, index.shape)
    return bound('Max', graph.scalar(0, 'int32'), bound('Min', graph.scalar(count - 1, 'int32'), index))
  }
  const count = MAP_ROWS * MAP_COLUMNS
  const rows = whole([cell(1, MAP_ROWS), graph.scalar(MAP_COLUMNS, 'int32')], 'Mul', [batch, 1, PROBES * columns])
  const within = whole([rows, cell(0, MAP_COLUMNS)], 'Add', rows.shape)
  const first = graph.constant(
    Int32Array.from({ length: batch }, (_, sample) => sample * count),
    [batch, 1, 1],
  )
  const indices = whole([within, first], 'Add', [batch, 1, PROBES * columns])
  const flat = cast(reshape(map, [batch * count]), 'int32')
  const found = emit('Gather', [flat, indices], indices.shape, { type: 'int32', attributes: { axis: 0 } })
  const byProbe = reshape(found, [batch, PROBES, columns])
  return emit('ReduceMin', [byProbe, graph.integers([1])], [batch, columns], {
    type: 'int32',
    attributes: { keepdims: 0 },
  })
}
