/** How much arithmetic a graph has. */
import { type Graph, type Shape, sizeOf } from './graph.ts'

/**
 * Floating-point operations of a graph's products and convolutions, those of a scan's body as often as it runs; a
 * multiplication and an addition are two. Loops do not say how often theirs run, and count nothing.
 */
export function countOperations(graph: Graph): number {
  return countIn(graph, (name) => graph.shapes.get(name))
}

function countIn(graph: Graph, shapeOf: (name: string) => Shape | undefined): number {
  let total = 0
  for (const { operator, inputs, outputs, attributes } of graph.nodes) {
    const [a, b, out] = [inputs[0], inputs[1], outputs[0]].map((name) => shapeOf(name ?? '') ?? [])
    const { body } = attributes
    if (operator === 'Scan' && typeof body === 'object' && 'graph' in body) {
      const [steps] = shapeOf(inputs.at(-1)!)!
      total += steps! * countIn(body.graph, (name) => body.graph.shapes.get(name) ?? shapeOf(name))
    }
    // Four gates, each of the input and of the state.
    if (operator === 'LSTM') total += 2 * 4 * sizeOf(out!) * (a!.at(-1)! + out!.at(-1)!)
    if (operator === 'MatMul') total += 2 * sizeOf(out!) * a![a!.length - 1]!
    // Gemm's inner size, whichever of its operands is transposed: rows · inner · inner · columns / (rows · columns).
    if (operator === 'Gemm') total += 2 * sizeOf(out!) * Math.sqrt((sizeOf(a!) * sizeOf(b!)) / sizeOf(out!))
    if (operator === 'Conv') total += 2 * sizeOf(out!) * sizeOf(b!.slice(1))
    if (operator === 'ConvTranspose') total += 2 * sizeOf(a!) * sizeOf(b!.slice(1))
  }
  return total
}
