/**
 * SAFL: A Self-Attention Scene Text Recognizer with Focal Loss (Tran et al., arXiv 2201.00132), as it is shipped. This page
 * joins the parts; each has a file of its own.
 *
 *   image bytes [B, H, W, 3] → normalise to [-1, 1]
 *   → rectifier.ts: control points, thin-plate spline → straight word [B, 3, 32, W′]
 *   → backbone.ts: residual network → features [B, S, D], S = W′ / 4 positions from left to right
 *   → transformer.ts, encoder → memory [B, S, D], from which two heads read:
 *       ctc-head.ts: which character each position shows, or the blank → logits [B, S, C], all at once
 *       transformer.ts, decoder: which character follows those so far → logits [B, T, C], the paper's head
 *
 * Shapes: B batch, T step (character), S image position, D width, C class, H W image, W′ straight word, K control points.
 *
 * Widths: the paper's words are all 100 pixels wide. Those of `tiny` and `small` are 64 to 384, by the shape of their
 * crops (word-shapes.ts); one set of weights reads all, and sizes along the word are symbols in the graphs.
 *
 * In training (`../train/training-graph.ts`) the decoder is given the right characters, all steps at once: `decodeTargets`.
 * To its focal loss the CTC loss of the other head is added, and guidance by what synthetic words know: which character
 * lies over a position (column-guidance.ts) and where the word's edges are (outline-guidance.ts).
 *
 * In reading (step-graphs.ts) `encoderGraph` runs once an image. What the CTC head spells is a draft; `wordGraph` gives the
 * decoder the draft whole, and what it agrees with is settled (`../decode/draft.ts`). Weights without that head, beams and
 * constraints take `stepGraph`, a run a character. An exported file is all of it in one graph, with a greedy decoder and
 * without drafts: recognizer-graph.ts.
 */
import { START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import {
  add,
  BATCH,
  cast,
  concatenate,
  Graph,
  multiply,
  sizeAt,
  slice,
  sliceBetween,
  type Tensor,
  transpose,
  WIDTH,
} from '../tensor/index.ts'
import { backbone } from './backbone.ts'
import { type Rectified, rectify } from './rectifier.ts'
import { inputScope, type Scope, type TensorSpec } from './scope.ts'
import { causalMask, decode, embed, encode, sinusoids } from './transformer.ts'
import { wordShapes } from './word-shapes.ts'

/** Rows of the table of positions when they count places in a batch: the largest batch of the authors' code. */
const AUTHORS_POSITIONS = 5000

export interface EncodedImage extends Rectified {
  /** The backbone's columns, [B, S, D]. */
  readonly features: Tensor
  /** What the CTC head reads and the decoder attends to, [B, S, D]. */
  readonly memory: Tensor
}

/** `images[B, H, W, 3]`, uint8 RGB, → everything that both heads need. */
export function encodeImage(scope: Scope, settings: ModelSettings, images_BHWC: Tensor): EncodedImage {
  const normal_BHWC = add(multiply(cast(images_BHWC, 'float32'), 1 / 127.5), -1)
  const rectified = rectify(scope, settings, transpose(normal_BHWC, [0, 3, 1, 2]))
  const features = backbone(scope, settings.backbone, rectified.image)
  const { transformer, authorsQuirks } = settings
  if (authorsQuirks) {
    const memory = encode(scope, transformer, features, causalMask(features, features.shape[1]!))
    return { ...rectified, features, memory }
  }
  const placed = add(features, positionsOf(settings, features))
  const memory = encode(scope, transformer, scope.dropout(placed, transformer.positionDropout))
  return { ...rectified, features, memory }
}

/** Sinusoids of the image's positions, [S, D]. */
function positionsOf(settings: ModelSettings, features: Tensor): Tensor {
  const { graph, shape } = features
  const [, positions, width] = shape as [number, number, number]
  if (positions > 0) return graph.constant(sinusoids(positions, width), [positions, width])
  const most = Math.max(...wordShapes(settings).map(({ textWidth }) => textWidth / 4))
  const table = graph.constant(sinusoids(most, width), [most, width])
  return sliceBetween(table, { axis: 0, start: graph.integers([0]), end: sizeAt(features, 1), size: positions })
}

/** What a recogniser's graph is given: images of any number, and of any width where words have several shapes. */
export function imageInput(graph: Graph, { imageHeight, imageWidth, textWidths }: ModelSettings): Tensor {
  return graph.input('images', 'uint8', [BATCH, imageHeight, textWidths.length === 0 ? imageWidth : WIDTH, 3])
}

/**
 * Teacher forcing: `targets[B, T]` (class ids, int32) shifted by the start symbol, all steps at once → logits [B, T, C].
 */
export function decodeTargets(scope: Scope, settings: ModelSettings, memory: Tensor, targets_BT: Tensor): Tensor {
  const [batch, steps] = targets_BT.shape as [number, number]
  const { transformer, authorsQuirks } = settings
  const start = scope.graph.constant(new Int32Array(batch).fill(START), [batch, 1])
  const tokens = steps === 1 ? start : concatenate([start, slice(targets_BT, { axis: 1, end: steps - 1 })], { axis: 1 })
  const positions = authorsQuirks
    ? scope.graph.constant(sinusoids(batch, transformer.width), [batch, 1, transformer.width])
    : scope.graph.constant(sinusoids(steps, transformer.width), [steps, transformer.width])
  return decode(scope, settings, embed(scope, settings, tokens, positions), {
    self: (_, fed) => fed,
    cross: (_, project) => project(memory),
    mask: causalMask(memory, steps),
  })
}

/** The table of sinusoids in which a step of reading finds its position. */
export function positionTable(settings: ModelSettings): { count: number; data: Float32Array } {
  const count = settings.authorsQuirks ? AUTHORS_POSITIONS : settings.maximumLength + 1
  return { count, data: sinusoids(count, settings.transformer.width) }
}

/** Every tensor of the paper's model, in the order in which it asks for them; the CTC head's are named by those who use it. */
export function tensorSpecs(settings: ModelSettings): TensorSpec[] {
  const graph = new Graph()
  const scope = inputScope(graph)
  const images = graph.input('images', 'uint8', [2, settings.imageHeight, settings.imageWidth, 3])
  const { memory } = encodeImage(scope, settings, images)
  decodeTargets(scope, settings, memory, graph.input('targets', 'int32', [2, 2]))
  return scope.specs
}
