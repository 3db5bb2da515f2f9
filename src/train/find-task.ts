/** Training a finder: batches of crops of photographs, the losses of its two maps. */
import type { FinderPreset } from '../config.ts'
import { type FinderBatch, IGNORED_PLACE, KERNEL_PLACE } from '../data/finder-batch.ts'
import { denseFocalLoss, diceLoss, distanceLoss, minedCrossEntropy } from '../loss/dense.ts'
import { finderSpecs, findKernels, MAP_STRIDE } from '../model/finder.ts'
import { add, cast, equal, multiply, reshape, subtract, type Tensor } from '../tensor/index.ts'
import { cut, type TrainingTask } from './task.ts'

export interface FinderLosses {
  /** What the step makes smaller: the weighted sum of the others. */
  readonly loss: number
  /** Of the kernels' map, focal or by hard mining. */
  readonly kernelLoss: number
  /** One less twice the share of the map that truth and probabilities have in common. */
  readonly diceLoss: number
  /** Mean error of the logarithms of the kernels' distances to their words' outlines. */
  readonly distanceLoss: number
}

export function findTask({ model, training }: FinderPreset): TrainingTask<FinderBatch, FinderLosses> {
  return {
    specs: finderSpecs(model),
    frozenNorms: false,
    lossNames: ['loss', 'kernelLoss', 'diceLoss', 'distanceLoss'],
    shapeKey: ({ size, cropSize }) => `${size}x${cropSize}`,
    feeds({ size, cropSize, images, kernels, distances }) {
      const side = cropSize / MAP_STRIDE
      return {
        images: { type: 'uint8', shape: [size, cropSize, cropSize, 3], data: images },
        kernels: { type: 'uint8', shape: [size, side, side], data: kernels },
        distances: { type: 'float32', shape: [size, side, side], data: distances },
      }
    },
    losses(scope, { images, kernels, distances }) {
      const maps = findKernels(scope, model, images!)
      const places = cast(kernels!, 'float32')
      const truth = cast(equal(places, KERNEL_PLACE), 'float32')
      const where = { truth, counted: subtract(1, cast(equal(places, IGNORED_PLACE), 'float32')) }
      const { kernelLoss, focalAlpha: alpha, focalGamma: gamma, minedRatio } = training
      const kernel =
        kernelLoss === 'focal'
          ? denseFocalLoss(maps.kernels, where, { alpha, gamma })
          : minedCrossEntropy(maps.kernels, where, minedRatio)
      const dice = diceLoss(maps.kernels, where)
      const distance = distanceLoss(maps.distances, distances!, where)
      const weighed = [
        multiply(kernel, training.kernelWeight),
        multiply(dice, training.diceWeight),
        multiply(distance, training.distanceWeight),
      ]
      const objective = weighed.reduce((total, loss) => add(total, loss))
      const one = (loss: Tensor) => reshape(loss, [1])
      return {
        losses: { loss: one(objective), kernelLoss: one(kernel), diceLoss: one(dice), distanceLoss: one(distance) },
        objective,
      }
    },
    part: (batch, place, count) => ({
      ...batch,
      size: batch.size / count,
      images: cut(batch.images, place, count),
      kernels: cut(batch.kernels, place, count),
      distances: cut(batch.distances, place, count),
    }),
  }
}
