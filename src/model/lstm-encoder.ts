/** The encoder of RARE (Shi et al., CVPR 2016, section 3.2.1): layers of long short-term memory, read both ways. */
import type { EncoderSettings, OfKind } from '../config.ts'
import { concatenate, lstm, type RecurrentWeights, type Tensor, transpose } from '../tensor/index.ts'
import { type Initializer, uniform } from './init.ts'
import type { Scope } from './scope.ts'

/** Names as in PyTorch's `LSTM(num_layers, bidirectional=True)`. */
const NAME = 'encoder.lstm'

/** `x[B, S, D]` → [B, S, 2H]: what is left of each column, and what is right of it. */
export function encodeByLstm(scope: Scope, { width, layers }: OfKind<EncoderSettings, 'lstm'>, x: Tensor): Tensor {
  const layerOf = scope.training?.lstm ?? lstm
  let state = transpose(x, [1, 0, 2])
  for (let layer = 0; layer < layers; layer++) {
    const inner = state.shape[2]!
    const [ahead, back] = ['', '_reverse'].map((direction) =>
      layerOf(
        state,
        recurrentWeights(scope, { name: NAME, suffix: `_l${layer}${direction}`, rows: 4 * width, width, inner }),
        {
          isReversed: direction !== '',
        },
      ),
    )
    state = concatenate([ahead!, back!], { axis: 2 })
  }
  return transpose(state, [1, 0, 2])
}

/** Weights of `rows` rows by PyTorch's names and initial values. */
export function recurrentWeights(
  scope: Scope,
  {
    name,
    suffix = '',
    rows,
    width,
    inner,
  }: { name: string; suffix?: string; rows: number; width: number; inner: number },
): RecurrentWeights {
  const initial: Initializer = uniform(1 / Math.sqrt(width))
  return {
    input: scope.parameter(`${name}.weight_ih${suffix}`, [rows, inner], initial),
    recurrent: scope.parameter(`${name}.weight_hh${suffix}`, [rows, width], initial),
    inputBias: scope.parameter(`${name}.bias_ih${suffix}`, [rows], initial),
    recurrentBias: scope.parameter(`${name}.bias_hh${suffix}`, [rows], initial),
  }
}
