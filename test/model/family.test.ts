/** RARE and SATRN at their papers' sizes against PyTorch's modules: `tools/golden/family.py` made the figures. */
import { readFileSync } from 'node:fs'
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { START } from '../../src/charset.ts'
import { partOf } from '../../src/model/part-of.ts'
import { initialPoints } from '../../src/model/rare-localization.ts'
import { decodeTargets, encodeImage, tensorSpecs } from '../../src/model/safl.ts'
import { weightScope } from '../../src/model/scope.ts'
import type { Weights } from '../../src/model/weights.ts'
import { loadPreset } from '../../src/presets/index.ts'
import { Graph, Session, type Shape, sizeOf, writeModel } from '../../src/tensor/index.ts'

interface Figures {
  readonly parameters: number
  readonly parts: Readonly<Record<string, number>>
  readonly logits: { readonly shape: readonly [number, number, number]; readonly data: string }
}

const golden = JSON.parse(readFileSync(new URL('../golden/family.json', import.meta.url), 'utf8')) as Record<
  'rare' | 'satrn',
  Figures
>

/** Numbers in [-1, 1) of a name: the same as in `family.py`. */
function uniform(name: string, count: number): Float64Array {
  let seed = 0
  for (const character of name) seed = (Math.imul(seed, 31) + character.charCodeAt(0)) | 0
  return Float64Array.from({ length: count }, (_, place) => {
    let hash = (Math.imul(place, 2654435761) + seed) | 0
    hash = Math.imul(hash ^ (hash >>> 16), 2246822507)
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909)
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1
  })
}

const POINTS = initialPoints({ controlPoints: 20, initialPoints: 'straight', initialMargin: 0.05 })

function valuesOf(name: string, shape: Shape): Float32Array {
  const values = uniform(name, sizeOf(shape))
  if (name.endsWith('running_var')) return Float32Array.from(values, (value) => 1 + 0.5 * value)
  if (name === 'stn_head.stn_fc2.bias') {
    const places = POINTS.flat()
    return Float32Array.from(values, (value, index) => Math.atanh(2 * places[index]! - 1) + 0.1 * value)
  }
  if (shape.length > 1) {
    const bound = Math.sqrt(3 / sizeOf(shape.slice(1))) * (name.startsWith('stn_head.stn_fc2') ? 0.05 : 1)
    return Float32Array.from(values, (value) => value * bound)
  }
  const isGain = name.includes('norm') && name.endsWith('weight')
  return Float32Array.from(values, (value) => (isGain ? 1 + 0.3 * value : 0.2 * value))
}

test.each(['rare', 'satrn'] as const)('%s: as many parameters, and the logits of three words', async (name) => {
  const { model } = loadPreset(name)
  const { parameters, parts, logits } = golden[name]
  const specs = tensorSpecs(model)
  const learned = specs.filter(({ kind }) => kind === 'parameter')
  const found: Record<string, number> = { rectifier: 0, backbone: 0, encoder: 0, decoder: 0 }
  for (const { name, shape } of learned) found[partOf(name)]! += sizeOf(shape)
  expect(found).toEqual(parts)
  expect(learned.reduce((total, { shape }) => total + sizeOf(shape), 0)).toBe(parameters)

  const weights: Weights = new Map(specs.map(({ name, shape }) => [name, { shape, data: valuesOf(name, shape) }]))
  const graph = new Graph()
  const scope = weightScope(graph, weights)
  const [batch, steps] = logits.shape
  const images = { type: 'uint8', shape: [batch, model.imageHeight, model.imageWidth, 3] } as const
  const { memory } = encodeImage(scope, model, graph.input('images', images.type, images.shape))
  const targets = { type: 'int32', shape: [batch, steps] } as const
  graph.output('logits', decodeTargets(scope, model, memory, graph.input('targets', targets.type, targets.shape)))
  const session = await Session.create(writeModel(graph), runtime)
  const characters = uniform('characters', batch * (steps - 1)).map((value) => Math.floor((value + 1) * 47))
  const results = await session.run({
    images: { ...images, data: Uint8Array.from(uniform('images', sizeOf(images.shape)), (value) => (value + 1) * 128) },
    targets: {
      ...targets,
      // The last character of each is given to no step.
      data: Int32Array.from({ length: batch * steps }, (_, index) => {
        const [word, step] = [Math.floor(index / steps), index % steps]
        return step < steps - 1 ? characters[word * (steps - 1) + step]! : START
      }),
    },
  })
  await session.dispose()
  const wanted = new Float32Array(new Uint8Array(Buffer.from(logits.data, 'base64')).buffer)
  expect(results.logits!.shape).toEqual(logits.shape)
  const ours = results.logits!.data as Float32Array
  const apart = Math.max(...wanted.map((value, index) => Math.abs(value - ours[index]!)))
  expect(apart).toBeLessThan(1e-3)
  // Three different words: nothing is compared that does not depend on the image.
  const perWord = wanted.length / batch
  const between = Math.max(
    ...wanted.subarray(0, perWord).map((value, index) => Math.abs(value - wanted[index + perWord]!)),
  )
  expect(between).toBeGreaterThan(0.05)
})
