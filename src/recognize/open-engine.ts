/** From weights to what reads by them, in the runtime that is given. */
import { createCharset } from '../charset.ts'
import type { WordCounts } from '../decode/prior.ts'
import { SaflError } from '../error.ts'
import { hasCtcHead } from '../model/ctc-head.ts'
import { ctcGraph, recognizerGraph } from '../model/recognizer-graph.ts'
import { decoderOf } from '../model/safl.ts'
import { attentionGraph, encoderGraph, stepGraph, wordGraph } from '../model/step-graphs.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { type WordShape, wordShapes } from '../model/word-shapes.ts'
import {
  bytesOverflow,
  type Graph,
  type Runtime,
  readMetadata,
  Session,
  type SessionOptions,
  writeModel,
} from '../tensor/index.ts'
import { type BeamSource, BeamSpellers, refuseBeams } from './beam-speller.ts'
import { ctcSpeller } from './ctc-speller.ts'
import { DraftEngine } from './draft-engine.ts'
import { Encoder } from './encoder.ts'
import type { Engine } from './engine.ts'
import { GraphEngine } from './graph-engine.ts'
import { greedySpeller } from './greedy-speller.ts'
import type { Precision, ReaderOptions } from './reading-options.ts'
import { StepDecoder } from './step-decoder.ts'
import { Views } from './views.ts'
import { WordDecoder } from './word-decoder.ts'

export interface EngineOptions extends ReaderOptions, Pick<SessionOptions, 'provider'> {
  /** What is expected of words that are not sure, asked for when first needed; null for nothing. */
  readonly words: () => Promise<WordCounts | null>
}

const noWords = async () => null

/** `read` gives the weights file; it is read again for what only beams need, when they are needed first. */
export async function openEngine(
  read: () => Promise<WeightsFile>,
  runtime: Runtime,
  { threads, provider, decoder = 'attention', precision, words }: EngineOptions,
): Promise<Engine> {
  const file = await read()
  const { settings, weights } = file
  const inSession = { ...(threads !== undefined && { threads }), ...(provider && { provider }) }
  const charset = createCharset(settings.furtherCharacters)
  const views = new Views(wordShapes(settings), settings.imageHeight)
  const open = (graph: Graph, further: SessionOptions = {}) =>
    Session.create(writeModel(graph), runtime, { ...inSession, ...further })
  if (decoder === 'ctc') {
    if (!hasCtcHead(weights))
      throw unsupported('the weights have no CTC head: train with training.ctcWeight above 0, or read by attention')
    if (precision === 'int8') throw unsupported('precision: the ctc decoder reads in float32')
    const session = await open(ctcGraph(settings, weights))
    const beams = refuseBeams('the ctc decoder', 'read by attention')
    return new GraphEngine({ session, speller: ctcSpeller(session, charset), beams, views, words: noWords })
  }
  const model = { charset, maximumLength: settings.maximumLength }
  if (precision === 'int8') checkInt8(file, provider)
  if (canDraft(file)) {
    const eightBit = precision === 'int8' ? file.bounds : undefined
    const exact = eightBit ? { exactBytes: await bytesOverflow(runtime) } : {}
    const encoder = new Encoder(await open(encoderGraph(settings, weights, { eightBit }), exact), decoderOf(settings))
    const decoder = new WordDecoder(async (output) => {
      const graph = output === 'attention' ? attentionGraph : wordGraph
      return open(graph(settings, (await read()).weights, { eightBit }), exact)
    })
    // The package's own are whole; what others lack is said now, not at the first word that is not sure.
    if (file.ctcSure === undefined) await decoder.session('probabilities')
    const beams = new BeamSpellers(async () => {
      const step = await open(stepGraph(settings, (await read()).weights))
      return new StepDecoder(settings, { encoder: encoder.session, step, owned: [step] })
    }, model)
    return new DraftEngine({ encoder, decoder, ctcSure: file.ctcSure, beams, model, views, words })
  }
  const session = await open(recognizerGraph(settings, weights))
  const beams = new BeamSpellers(async () => {
    const again = (await read()).weights
    const [encoder, step] = [await open(encoderGraph(settings, again)), await open(stepGraph(settings, again))]
    return new StepDecoder(settings, { encoder, step, owned: [encoder, step] })
  }, model)
  return new GraphEngine({ session, speller: greedySpeller(session, charset), beams, views, words })
}

/** From the bytes of an ONNX file that `safl export` wrote. */
export async function openExported(bytes: Uint8Array, runtime: Runtime, options: SessionOptions): Promise<Engine> {
  const session = await Session.create(bytes, runtime, options)
  const { further_characters, shapes } = readMetadata(bytes)
  const charset = createCharset(further_characters)
  const [, height, width] = session.inputShape('images') as [number, number, number]
  const only = { imageWidth: width, textWidth: 0, leastAspect: 0 }
  const views = new Views(shapes === undefined ? [only] : (JSON.parse(shapes) as WordShape[]), height)
  const beams: BeamSource = refuseBeams('an exported file', 'read from a weights file')
  return new GraphEngine({ session, speller: greedySpeller(session, charset), beams, views, words: noWords })
}

/** What `load` computes in, in Node, unless it is told: 8 bits where the weights were measured for it. */
export function precisionOf(file: WeightsFile, { precision, decoder }: ReaderOptions): Precision {
  return precision ?? (decoder !== 'ctc' && canDraft(file) && file.bounds ? 'int8' : 'float32')
}

/** Whether drafts can be settled by these weights. */
export function canDraft({ settings, weights }: WeightsFile): boolean {
  return hasCtcHead(weights) && !settings.authorsQuirks
}

function checkInt8(file: WeightsFile, provider: SessionOptions['provider']): void {
  if (provider === 'webgpu') throw unsupported('precision: int8 is for processors, not for WebGPU')
  if (!canDraft(file) || !file.bounds)
    throw unsupported(
      'precision: the weights have no CTC head, or no bounds of activations, for int8 (safl calibrate measures them)',
    )
}

function unsupported(message: string): SaflError {
  return new SaflError('unsupported', message)
}
