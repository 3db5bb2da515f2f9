/** Reverse-mode differentiation: walks the tape backwards and lets each operator's pullback add its nodes. */
import { emit, type Tensor } from './graph.ts'

/**
 * The gradient of a one-element tensor to each of `sources`, as tensors of the sources' shapes. A source that the loss
 * does not depend on has a gradient of zeros.
 */
export function gradient(loss: Tensor, sources: readonly Tensor[]): Tensor[] {
  const graph = loss.graph
  if (loss.shape.some((size) => size !== 1)) {
    throw new Error(`gradient: the loss has shape [${loss.shape.join(', ')}], not one element`)
  }
  const tape = graph.tape.slice()
  const dependent = new Set(sources.map((source) => source.name))
  for (const entry of tape) {
    if (entry.inputs.some((input) => dependent.has(input.name))) {
      for (const output of entry.outputs) dependent.add(output.name)
    }
  }
  const pending = new Map<string, Tensor[]>([[loss.name, [ones(loss)]]])
  const take = (tensor: Tensor): Tensor | undefined => {
    const parts = pending.get(tensor.name)
    if (!parts) return undefined
    const total = parts.length === 1 ? parts[0]! : emit('Sum', parts, tensor.shape)
    pending.set(tensor.name, [total])
    return total
  }
  for (const entry of tape.reverse()) {
    if (!entry.outputs.some((output) => pending.has(output.name) && dependent.has(output.name))) continue
    const needed = entry.inputs.map((input) => dependent.has(input.name))
    const outputGradients = entry.outputs.map((output) => take(output) ?? zeros(output))
    const inputGradients = entry.pullback(outputGradients, needed)
    entry.inputs.forEach((input, index) => {
      const part = inputGradients[index]
      if (!needed[index] || !part) return
      const parts = pending.get(input.name)
      if (parts) parts.push(part)
      else pending.set(input.name, [part])
    })
  }
  return sources.map((source) => take(source) ?? zeros(source))
}

function ones(tensor: Tensor): Tensor {
  return tensor.graph.constant(new Float32Array(1).fill(1), tensor.shape)
}

function zeros(tensor: Tensor): Tensor {
  const { graph, shape } = tensor
  return emit('Expand', [graph.scalar(0), graph.integers(shape)], shape)
}
