/** The finder's weights as people pass them on, and the network that they make. */
import type { FinderModelSettings } from '../config.ts'
import { SaflError } from '../error.ts'
import { BATCH, clamp, exponential, Graph, HEIGHT, sigmoid, WIDTH } from '../tensor/index.ts'
import { checkFinderSettings } from './check-settings.ts'
import { findKernels } from './finder.ts'
import { formatSafetensors, parseSafetensors } from './safetensors.ts'
import { type Storage, weightScope } from './scope.ts'
import type { Weights } from './weights.ts'

export interface FinderFile {
  readonly settings: FinderModelSettings
  readonly weights: Weights
  /** How the weights came about: crops seen, hours, …. */
  readonly provenance: Readonly<Record<string, string>>
}

/** What the metadata of a finder's weights say that they are for. */
const TASK = 'find'

/** Farther than any photograph is wide: the logarithm must not overflow. */
const FARTHEST = Math.log(10_000)

export function formatFinder({ settings, weights, provenance }: FinderFile, type: 'F32' | 'F16'): Uint8Array {
  const metadata = { ...provenance, format: 'pt', task: TASK, settings: JSON.stringify(settings) }
  return formatSafetensors(new Map([...weights]), { type, metadata })
}

/** Reads a finder's weights file; throws where the bytes are something else. */
export function openFinder(bytes: Uint8Array): FinderFile {
  const { tensors: weights, metadata } = parseSafetensors(bytes)
  const { task, settings: text, ...provenance } = metadata
  if (task !== TASK || text === undefined)
    throw new SaflError('weights', 'these are no weights of a finder: train one with safl train --task find')
  try {
    return { settings: checkFinderSettings(JSON.parse(text)), weights, provenance }
  } catch (error) {
    throw new SaflError('weights', `the finder's settings do not fit: ${(error as Error).message}`)
  }
}

/**
 * Input `images` [B, H, W, 3] uint8 RGB, H and W multiples of 32. Outputs, a value for every fourth pixel down and across,
 * both float32 [B, H / 4, W / 4]: `kernels`, the probability that the place belongs to a word's kernel; `widening`, how far
 * the outline of the kernel there has to be moved outwards to be the word's, in pixels of the picture.
 */
export function finderGraph(settings: FinderModelSettings, weights: Weights, storage?: Storage): Graph {
  const graph = new Graph()
  const scope = weightScope(graph, weights, { storage })
  const images = graph.input('images', 'uint8', [BATCH, HEIGHT, WIDTH, 3])
  const { kernels, distances } = findKernels(scope, settings, images)
  graph.output('kernels', sigmoid(kernels))
  graph.output('widening', exponential(clamp(distances, -FARTHEST, FARTHEST)))
  return graph
}
