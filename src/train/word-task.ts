/** Training a recogniser: batches of words, the focal loss and the auxiliary losses. */
import type { Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import { columnLoss, MAP_COLUMNS, MAP_ROWS } from '../model/column-guidance.ts'
import { ctcLogits } from '../model/ctc-head.ts'
import { encodeImage, tensorSpecs } from '../model/safl.ts'
import { inputScope, type TensorSpec } from '../model/scope.ts'
import { Graph, type Value } from '../tensor/index.ts'
import { shapeKey } from './batch-shape.ts'
import { dropoutNoise, noiseLength } from './dropout-noise.ts'
import { stepLosses } from './step-losses.ts'
import { cut, type TrainingTask } from './task.ts'

export interface WordLosses {
  /** Focal loss, a word's mean; the CTC loss where no decoder is trained. */
  readonly loss: number
  /** Mean cross-entropy of the columns' characters; 0 without guidance. */
  readonly columnLoss: number
  /** −log p of the words by the CTC head, a word's mean; 0 without it. */
  readonly ctcLoss: number
  /** Mean squared distance of the control points from the words' edges, fractions of the image; 0 without guidance. */
  readonly outlineLoss: number
}

export function wordTask(preset: Preset): TrainingTask<TrainingBatch, WordLosses> {
  return {
    specs: wordSpecs(preset),
    frozenNorms: preset.training.frozenNorms,
    lossNames: ['loss', 'columnLoss', 'ctcLoss', 'outlineLoss'],
    shapeKey,
    feeds: (batch, step) => feeds(preset, batch, step),
    losses(scope, { images, targets, characterMap = null, outlines = null }) {
      const encoded = encodeImage(scope, preset.model, images!)
      const { objective, ...losses } = stepLosses(scope, preset, { encoded, targets: targets!, characterMap, outlines })
      return { losses, objective }
    },
    part: (batch, place, count) => ({
      ...batch,
      size: batch.size / count,
      images: cut(batch.images, place, count),
      targets: cut(batch.targets, place, count),
      characterMap: cut(batch.characterMap, place, count),
      outlines: cut(batch.outlines, place, count),
    }),
  }
}

/** The model's tensors and those of the auxiliary losses. */
function wordSpecs(preset: Preset): TensorSpec[] {
  const specs = tensorSpecs(preset.model)
  const { columnWeight, ctcWeight } = preset.training
  if (columnWeight === 0 && ctcWeight === 0) return specs
  const graph = new Graph()
  const scope = inputScope(graph)
  const { model } = preset
  const encoded = encodeImage(scope, model, graph.input('images', 'uint8', [2, model.imageHeight, model.imageWidth, 3]))
  const asked = scope.specs.length
  if (columnWeight > 0)
    columnLoss(scope, model, encoded, graph.input('character_map', 'uint8', [2, MAP_ROWS, MAP_COLUMNS]))
  if (ctcWeight > 0) ctcLogits(scope, model, encoded.columns)
  return [...specs, ...scope.specs.slice(asked)]
}

/**
 * `images` [B, H, W, 3] uint8, `targets` [B, T] int32, `noise` [M] where the model has dropout, `characterMap` [B, 16, 128]
 * uint8 and `outlines` [B, K, 2] where they guide.
 */
function feeds(preset: Preset, batch: TrainingBatch, step: number): Record<string, Value> {
  const { model, training } = preset
  const { size, length, imageWidth, images, targets, characterMap, outlines } = batch
  const noise = noiseLength(preset, batch)
  return {
    images: { type: 'uint8', shape: [size, model.imageHeight, imageWidth, 3], data: images },
    targets: { type: 'int32', shape: [size, length], data: targets },
    ...(noise > 0 && {
      noise: { type: 'float32' as const, shape: [noise], data: dropoutNoise(training.seed, step, noise) },
    }),
    ...(training.columnWeight > 0 && {
      characterMap: { type: 'uint8' as const, shape: [size, MAP_ROWS, MAP_COLUMNS], data: characterMap },
    }),
    ...(training.outlineWeight > 0 && {
      outlines: { type: 'float32' as const, shape: [size, model.rectifier.controlPoints, 2], data: outlines },
    }),
  }
}
