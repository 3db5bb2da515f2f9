/**
 * SAFL: A Self-Attention Scene Text Recognizer with Focal Loss (Tran et al., arXiv 2201.00132), as it is shipped. This page
 * joins the parts; each has a file of its own.
 *
 *   image bytes [B, H, W, 3] → normalise to [-1, 1]
 *   → rectifier.ts: control points, thin-plate spline → straight word [B, 3, 32, W′]
 *   → residual-backbone.ts: residual network → features [B, S, D], S = W′ / 4 positions from left to right
 *   → transformer.ts, encoder → memory [B, S, D], from which two heads read:
 *       ctc-head.ts: which character each position shows, or the blank → logits [B, S, C], all at once
 *       transformer.ts, decoder: which character follows those so far → logits [B, T, C], the paper's head
 *
 * Parts have other kinds, those of the models that SAFL grew out of: RARE (aster-localization.ts or rare-localization.ts,
 * crnn-backbone.ts, lstm-encoder.ts, gru-decoder.ts) and SATRN (satrn-backbone.ts, satrn-encoder.ts). The settings choose
 * each (docs/models.md). SATRN's map has several rows: P = R · S places, of which the decoder sees all, the CTC head
 * the columns' means.
 *
 * Shapes: B batch, T step (character), S image position, P place of a map, D width, C class, H W image, W′ straight word, K
 * control points.
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
 * without drafts: recognizer-graph.ts. None of them knows of what kind a decoder is (decoder.ts).
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
import { crnnBackbone } from './crnn-backbone.ts'
import type { Decoder } from './decoder.ts'
import { columnMeans, type FeatureMap } from './feature-map.ts'
import { forceGru, gruDecoder } from './gru-decoder.ts'
import { encodeByLstm } from './lstm-encoder.ts'
import { type Rectified, rectify } from './rectifier.ts'
import { residualBackbone } from './residual-backbone.ts'
import { satrnBackbone } from './satrn-backbone.ts'
import { encodeMap } from './satrn-encoder.ts'
import { inputScope, type Scope, type TensorSpec } from './scope.ts'
import { causalMask, encode, sinusoids } from './transformer.ts'
import { forceTransformer, transformerDecoder } from './transformer-decoder.ts'
import { wordShapes } from './word-shapes.ts'

export interface EncodedImage extends Rectified {
  /** The backbone's columns, [B, S, D]. */
  readonly features: Tensor
  /** Where the first of them has its centre, pixels of the straight word; the others follow at every fourth. */
  readonly firstColumn: number
  /** What the decoder attends to, [B, P, D]. */
  readonly memory: Tensor
  /** What the CTC head reads, [B, S, D]: the memory, or the means of its columns. */
  readonly columns: Tensor
}

/** `images[B, H, W, 3]`, uint8 RGB, → everything that both heads need. */
export function encodeImage(scope: Scope, settings: ModelSettings, images_BHWC: Tensor): EncodedImage {
  const normal_BHWC = add(multiply(cast(images_BHWC, 'float32'), 1 / 127.5), -1)
  const rectified = rectify(scope, settings, transpose(normal_BHWC, [0, 3, 1, 2]))
  const map = readFeatures(scope, settings, rectified.image)
  const features = columnMeans(map)
  const memory = encodeFeatures(scope, settings, map)
  const columns = columnMeans({ ...map, places: memory })
  return { ...rectified, features, firstColumn: map.firstColumn, memory, columns }
}

function readFeatures(scope: Scope, { backbone }: ModelSettings, image: Tensor): FeatureMap {
  if (backbone.kind === 'residual') return residualBackbone(scope, backbone, image)
  if (backbone.kind === 'crnn') return crnnBackbone(scope, backbone, image)
  return satrnBackbone(scope, backbone, image)
}

function encodeFeatures(scope: Scope, settings: ModelSettings, map: FeatureMap): Tensor {
  const { encoder, transformer, authorsQuirks } = settings
  const { places } = map
  if (encoder.kind === 'lstm') return encodeByLstm(scope, encoder, places)
  if (encoder.kind === 'satrn')
    return encodeMap(scope, { encoder, transformer, mostColumns: mostColumns(settings) }, map)
  if (authorsQuirks) return encode(scope, transformer, places, causalMask(places, places.shape[1]!))
  const placed = add(places, positionsOf(settings, places))
  return encode(scope, transformer, scope.dropout(placed, transformer.positionDropout))
}

/** What spells by the memory, a character after another. */
export function decoderOf(settings: ModelSettings): Decoder {
  return settings.decoder.kind === 'gru' ? gruDecoder(settings) : transformerDecoder(settings)
}

/** Sinusoids of the image's positions, [S, D]. */
function positionsOf(settings: ModelSettings, features: Tensor): Tensor {
  const { graph, shape } = features
  const [, positions, width] = shape as [number, number, number]
  if (positions > 0) return graph.constant(sinusoids(positions, width), [positions, width])
  const most = mostColumns(settings)
  const table = graph.constant(sinusoids(most, width), [most, width])
  return sliceBetween(table, { axis: 0, start: graph.integers([0]), end: sizeAt(features, 1), size: positions })
}

/** Columns of the widest word. */
function mostColumns(settings: ModelSettings): number {
  return Math.max(...wordShapes(settings).map(({ textWidth }) => textWidth / 4))
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
  const start = scope.graph.constant(new Int32Array(batch).fill(START), [batch, 1])
  const tokens = steps === 1 ? start : concatenate([start, slice(targets_BT, { axis: 1, end: steps - 1 })], { axis: 1 })
  const force = settings.decoder.kind === 'gru' ? forceGru : forceTransformer
  return force(scope, settings, { memory, tokens })
}

/** Every tensor of the model, in the order in which it asks for them; the CTC head's are named by those who use it. */
export function tensorSpecs(settings: ModelSettings): TensorSpec[] {
  const graph = new Graph()
  const scope = inputScope(graph)
  const images = graph.input('images', 'uint8', [2, settings.imageHeight, settings.imageWidth, 3])
  const { memory } = encodeImage(scope, settings, images)
  decodeTargets(scope, settings, memory, graph.input('targets', 'int32', [2, 2]))
  return scope.specs
}
