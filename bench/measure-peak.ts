/** How much arithmetic the machine does at best. */
import type { Runtime } from '../src/tensor/index.ts'
import { Graph, matrixProduct, Session, writeModel } from '../src/tensor/index.ts'

/** Operations a second of large matrix products, the median of several runs. */
export async function measurePeak(runtime: Runtime): Promise<number> {
  const [size, products, runs] = [1024, 4, 9]
  const graph = new Graph()
  const a = graph.input('a', 'float32', [size, size])
  const b = graph.input('b', 'float32', [size, size])
  let product = a
  for (let index = 0; index < products; index++) product = matrixProduct(product, b)
  graph.output('product', product)
  const session = await Session.create(writeModel(graph), runtime)
  const data = Float32Array.from({ length: size * size }, (_, index) => ((index % 7) - 3) / 100)
  const feed = { type: 'float32', shape: [size, size], data } as const
  const rates: number[] = []
  for (let run = 0; run < runs; run++) {
    const started = performance.now()
    await session.run({ a: feed, b: feed })
    rates.push((products * 2 * size ** 3 * 1000) / (performance.now() - started))
  }
  await session.dispose()
  return rates.sort((x, y) => x - y)[runs >> 1]!
}
