/**
 * Compares preset `authors` with what the authors' PyTorch model computed from the same weights:
 *
 *   python3 tools/compare-with-authors.py CHECKOUT FOLDER
 *   npx tsx tools/compare-with-authors.ts FOLDER
 *
 * Prints the largest differences, and in brackets the largest value they stand beside, for the whole batch and for its
 * first image alone; exit code 1 if a logit differs by more than 1e-3 or a word is spelled otherwise.
 */
import { readFileSync } from 'node:fs'
import * as runtime from 'onnxruntime-node'
import { decodeIds } from '../src/charset.ts'
import { parseSafetensors } from '../src/model/safetensors.ts'
import { decodeTargets, encodeImage } from '../src/model/safl.ts'
import { weightScope } from '../src/model/scope.ts'
import { loadPreset } from '../src/presets/index.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { Graph, Session, writeModel } from '../src/tensor/index.ts'

const folder = process.argv[2]
if (!folder) throw new Error('usage: npx tsx tools/compare-with-authors.ts FOLDER')
const { tensors: weights } = parseSafetensors(readFileSync(`${folder}/weights.safetensors`))
const { tensors: expected } = parseSafetensors(readFileSync(`${folder}/expected.safetensors`))
const settings = loadPreset('authors').model
const [batch, height, width] = expected.get('images')!.shape as [number, number, number]
const steps = expected.get('targets')!.shape[1]!
const outputs = ['control_points', 'rectified', 'features', 'logits'] as const

interface Difference {
  readonly worst: number
  readonly largest: number
}

async function run(first: number, count: number): Promise<Record<string, Difference>> {
  const graph = new Graph()
  const scope = weightScope(graph, weights)
  const encoded = encodeImage(scope, settings, graph.input('images', 'uint8', [count, height, width, 3]))
  const targets = graph.input('targets', 'int32', [count, steps])
  graph.output('control_points', encoded.controlPoints)
  graph.output('rectified', encoded.image)
  graph.output('features', encoded.features)
  graph.output('logits', decodeTargets(scope, settings, encoded.memory, targets))
  const session = await Session.create(writeModel(graph), runtime)
  const part = (name: string) => {
    const { data } = expected.get(name)!
    return data.subarray((first * data.length) / batch, ((first + count) * data.length) / batch)
  }
  const results = await session.run({
    images: { type: 'uint8', shape: [count, height, width, 3], data: Uint8Array.from(part('images')) },
    targets: { type: 'int32', shape: [count, steps], data: Int32Array.from(part('targets')) },
  })
  await session.dispose()
  return Object.fromEntries(
    outputs.map((name) => {
      const found = results[name]!.data as Float32Array
      const differences = Array.from(part(name), (value, index) => Math.abs(value - found[index]!))
      const size = (values: Iterable<number>) => [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      return [name, { worst: size(differences), largest: size(part(name)) }]
    }),
  )
}

function print(name: string, differences: Record<string, Difference>): void {
  const texts = outputs.map((output) => {
    const { worst, largest } = differences[output]!
    return `${output} ${worst.toExponential(1)} (${largest.toFixed(1)})`
  })
  console.log(name, texts.join('  '))
}
const together = await run(0, batch)
print(`batch of ${batch}:`, together)
// Alone, an image has place 0 in its batch, and the authors' positions count places: only the first keeps its logits.
print('first image alone:', await run(0, 1))

const recognizer = await SceneTextRecognizer.create({ settings, weights, provenance: {} }, runtime)
const pixels = Uint8Array.from(expected.get('images')!.data)
const images = Array.from({ length: batch }, (_, index) => {
  return { width, height, data: pixels.subarray(index * height * width * 3, (index + 1) * height * width * 3) }
})
const words = (await recognizer.recognizeImages(images)).map(({ text }) => text)
await recognizer.dispose()
const theirs = Array.from({ length: batch }, (_, index) => {
  const ids = expected.get('greedy')!.data
  return decodeIds(ids.subarray((index * ids.length) / batch, ((index + 1) * ids.length) / batch))
})
const same = words.every((word, index) => word === theirs[index])
console.log(
  same ? `the ${batch} words are spelled the same` : `words differ: ${JSON.stringify({ theirs, ours: words })}`,
)
if (together.logits!.worst > 1e-3 || !same) process.exitCode = 1
