/** What a training step makes smaller: the weighted sum of the focal loss and of the auxiliary losses. */
import type { Preset } from '../config.ts'
import { ctcLoss } from '../loss/ctc.ts'
import { focalLoss } from '../loss/focal.ts'
import { columnLoss } from '../model/column-guidance.ts'
import { ctcLogits } from '../model/ctc-head.ts'
import { outlineLoss } from '../model/outline-guidance.ts'
import { decodeTargets, type EncodedImage } from '../model/safl.ts'
import type { Scope } from '../model/scope.ts'
import { add, multiply, reshape, type Tensor } from '../tensor/index.ts'

interface LossInputs {
  readonly encoded: EncodedImage
  /** [B, T], int32. */
  readonly targets: Tensor
  /** [B, 16, 64], uint8; null without guidance. */
  readonly characterMap: Tensor | null
  /** [B, K, 2]; null where the rectifier is not guided. */
  readonly outlines: Tensor | null
}

/** The losses, [1], null where they have no weight; and their weighted sum. Where no decoder is trained, CTC is the loss. */
export function stepLosses(scope: Scope, preset: Preset, { encoded, targets, characterMap, outlines }: LossInputs) {
  const { model, training } = preset
  const weighted: Tensor[] = []
  const weigh = (loss: Tensor, weight: number) => {
    weighted.push(weight === 1 ? loss : multiply(loss, weight))
    return reshape(loss, [1])
  }
  let focal: Tensor | null = null
  if (training.focalWeight > 0) {
    const logits = decodeTargets(scope, model, encoded.memory, targets)
    const loss = focalLoss(logits, targets, { alpha: training.focalAlpha, gamma: training.focalGamma })
    focal = weigh(loss, training.focalWeight)
  }
  const column = characterMap && weigh(columnLoss(scope, model, encoded, characterMap), training.columnWeight)
  const outline = outlines && weigh(outlineLoss(encoded.controlPoints, outlines), training.outlineWeight)
  const ctc =
    training.ctcWeight > 0
      ? weigh(ctcLoss(ctcLogits(scope, model, encoded.columns), targets), training.ctcWeight)
      : null
  return {
    loss: (focal ?? ctc)!,
    columnLoss: column,
    outlineLoss: outline,
    ctcLoss: ctc,
    objective: weighted.reduce((total, loss) => add(total, loss)),
  }
}
