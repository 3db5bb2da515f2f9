/** How much arithmetic a graph has. */
import { type Graph, sizeOf } from './graph.ts'

/** Floating-point operations of a graph's products and convolutions; a multiplication and an addition are two. */
export function countOperations(graph: Graph): number {
  let total = 0
  for (const { operator, inputs, outputs } of graph.nodes) {
    const [a, b, out] = [inputs[0], inputs[1], outputs[0]].map((name) => graph.shapes.get(name ?? '') ?? [])
    if (operator === 'MatMul') total += 2 * sizeOf(out!) * a![a!.length - 1]!
    // Gemm's inner size, whichever of its operands is transposed: rows · inner · inner · columns / (rows · columns).
    if (operator === 'Gemm') total += 2 * sizeOf(out!) * Math.sqrt((sizeOf(a!) * sizeOf(b!)) / sizeOf(out!))
    if (operator === 'Conv') total += 2 * sizeOf(out!) * sizeOf(b!.slice(1))
    if (operator === 'ConvTranspose') total += 2 * sizeOf(a!) * sizeOf(b!.slice(1))
  }
  return total
}
