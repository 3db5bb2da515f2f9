/** Every setting: its type, range, default (the paper's) and one line of meaning. Presets say only what differs. */
import { z } from 'zod'
import { CHARACTERS } from './charset.ts'
import { FIRST_KINDS, parts } from './first-kinds.ts'
import { backboneSettings, decoderSettings, encoderSettings, rectifierSettings } from './part-settings.ts'
import { synthSettings } from './synth/settings.ts'

const count = z.int().positive()

/** Character maps have a byte a cell, the last values of which say other things. */
const MOST_FURTHER = 150

function isFurther(text: string): boolean {
  const characters = [...text]
  const isNew = (character: string, place: number) =>
    !CHARACTERS.includes(character) && characters.indexOf(character) === place && !/\p{C}/u.test(character)
  return text === text.normalize('NFC') && characters.length <= MOST_FURTHER && characters.every(isNew)
}
const rate = z.number().min(0).max(0.95)

const transformerSettings = z.strictObject({
  width: z.int().positive().multipleOf(2).default(512).describe('width D of every token'),
  heads: count.default(8).describe('attention heads; must divide the width'),
  feedForward: count.default(2048).describe('width of the feed-forward layers'),
  encoderLayers: z.int().min(0).default(4).describe('encoder blocks'),
  decoderLayers: count.default(4).describe('decoder blocks'),
  dropout: rate.default(0.1).describe('dropout in attention, feed-forward and residual branches'),
  positionDropout: rate.default(0.2).describe('dropout after positions are added'),
})

export const modelSettings = z
  .strictObject({
    imageHeight: count.default(64).describe('rows of the input image, pixels'),
    imageWidth: count.default(256).describe('columns of the input image, pixels'),
    textHeight: z.literal(32).default(32).describe('rows of the rectified image: the backbone halves them five times'),
    textWidth: z.int().multipleOf(4).positive().default(100).describe('columns of the rectified image, pixels'),
    textWidths: z
      .array(z.int().multipleOf(4).positive())
      .default([])
      .refine((widths) => widths.every((width, place) => place === 0 || width > widths[place - 1]!), 'must rise')
      .describe(
        'columns of the rectified image that words may have by the shape of their crops, pixels, the image as much wider or narrower; empty: textWidth for all',
      ),
    maximumLength: count.default(100).describe('longest word that is spelled, characters'),
    furtherCharacters: z
      .string()
      .default('')
      .refine(isFurther, 'must name characters once each, none of the 94 that every model spells, 150 at most')
      .describe('characters that are spelled beside the 94 of printable ASCII, such as "éü€"'),
    rectifier: rectifierSettings.prefault({}),
    backbone: backboneSettings.prefault({}),
    encoder: encoderSettings.prefault({}),
    decoder: decoderSettings.prefault({}),
    transformer: transformerSettings.prefault({}),
    temperature: z
      .number()
      .min(0.05)
      .max(20)
      .default(1)
      .describe('what scores are divided by before they become probabilities of a reading; fitted by safl calibrate'),
    authorsQuirks: z
      .boolean()
      .default(false)
      .describe(
        "the authors' code to the letter: causal encoder, positions by place in the batch, none in the encoder",
      ),
  })
  .refine(
    ({ imageWidth, textWidth, textWidths }) =>
      textWidths.every((width) => Number.isInteger((width * imageWidth) / textWidth)),
    'textWidths must give whole widths of the image, width * imageWidth / textWidth',
  )
  .refine(
    ({ textWidths, authorsQuirks }) => textWidths.length === 0 || !authorsQuirks,
    'textWidths needs no authorsQuirks; with model.textWidths=[] all words have one width',
  )
  .refine((model) => model.transformer.width % model.transformer.heads === 0, 'transformer.heads must divide width')
  .refine(
    ({ backbone, encoder }) => backbone.kind !== 'satrn' || encoder.kind === 'satrn',
    'the backbone satrn gives a map of several rows, which encoder.kind=satrn alone reads',
  )
  .refine(
    ({ backbone, encoder, transformer }) => encoder.kind === 'lstm' || backbone.widths.at(-1) === transformer.width,
    "the last of backbone.widths must be transformer.width, which the encoder's blocks have",
  )
  .refine(
    ({ encoder, decoder, transformer }) =>
      encoder.kind !== 'lstm' || decoder.kind !== 'transformer' || 2 * encoder.width === transformer.width,
    'encoder.width, of each direction, must be half of transformer.width where the decoder is a transformer',
  )
  .refine(
    (model) => !model.authorsQuirks || parts.every((part) => model[part].kind === FIRST_KINDS[part]),
    'authorsQuirks are those of SAFL: its parts have no other kinds',
  )

export const trainingSettings = z.strictObject({
  batchSize: count.default(128).describe('words a step'),
  steps: count.default(100_000).describe('steps of the whole run; the schedule ends there'),
  seed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe('seed of initial weights, data order, augmentation, dropout'),
  schedule: z
    .enum(['noam', 'cosine', 'constant', 'decay'])
    .default('noam')
    .describe('learning rate over the steps; constant: a trunk, which never cools; decay: a branch that does'),
  learningRate: z
    .number()
    .positive()
    .default(1)
    .describe('noam: factor of the formula; cosine: peak rate; constant: the rate; decay: where it comes down from'),
  warmup: count.default(16_000).describe('steps of linear warm-up; decay has none'),
  finalLearningRate: z.number().min(0).default(0).describe('cosine, decay: rate at the last step'),
  decayFrom: z.int().min(0).default(0).describe('decay: the step after which the rate comes down, in a straight line'),
  optimizer: z
    .enum(['adam', 'muon'])
    .default('adam')
    .describe('muon: filters and matrices between hidden layers move by orthogonal momentum, all else by Adam'),
  momentum: z.number().min(0).lt(1).default(0.95).describe("Muon's decay of its momentum"),
  beta1: z.number().min(0).lt(1).default(0.9).describe("Adam's decay of the first moment"),
  beta2: z.number().min(0).lt(1).default(0.98).describe("Adam's decay of the second moment"),
  epsilon: z.number().positive().default(1e-9).describe("Adam's epsilon"),
  weightDecay: z.number().min(0).default(0).describe('decoupled weight decay of matrices and filters'),
  clip: z.number().positive().default(1).describe('largest global norm of the gradient'),
  averageDecay: z.number().min(0).lt(1).default(0.999).describe('decay of the moving average of weights; 0 keeps none'),
  focalWeight: z
    .number()
    .min(0)
    .default(1)
    .describe('weight of the focal loss; 0 leaves the decoder untrained: CTC alone'),
  focalAlpha: z.number().positive().default(1).describe('alpha of the focal loss'),
  focalGamma: z.number().min(0).default(2).describe('gamma of the focal loss; 0 is cross-entropy'),
  columnWeight: z
    .number()
    .min(0)
    .default(0)
    .describe('weight of the auxiliary loss that names the character over a column'),
  outlineWeight: z
    .number()
    .min(0)
    .default(0)
    .describe("weight of the auxiliary loss that draws the rectifier's points to the edges of synthetic words"),
  ctcWeight: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'weight of the auxiliary CTC loss on the encoder; above 0 the weights read faster, from drafts, and can be read without a decoder',
    ),
  lengths: z
    .array(count)
    .min(1)
    .default([8, 14, 26])
    .describe('decoder lengths (characters + end) that batches are sorted into; the last bounds the words learned'),
  lengthBalance: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('0: batches of each decoder length as frequent as such words are; 1: all alike'),
  realShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('share of real training words among all, the rest synthetic'),
  joinShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'share of the real training words that are two of them side by side, spelled as one; where lengthBalance makes words more frequent than they are, all that it adds; 0 for none',
    ),
  nothingShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('share of the synthetic crops that hold no word, which are read as an empty text'),
  hiddenShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of the words of four letters and more of which a letter is hidden, in part or whole'),
  shows: count
    .default(1)
    .describe('how often each synthetic word is shown, each time by another camera; drawing it is what costs'),
  frozenNorms: z
    .boolean()
    .default(false)
    .describe(
      'batch norm by the running statistics, which stay as they are, instead of by each batch: weights learn under what they are read with',
    ),
  accumulate: count
    .default(1)
    .describe(
      "batches, each of its own width and length, whose mean gradient is a step's, on a CPU: the optimizer's time is shared by more words, in the same memory",
    ),
  stepsPerRun: count
    .default(1)
    .describe('steps that a device takes in one run; batches of so many steps share a length'),
  replicas: count
    .default(1)
    .describe(
      'parts of a batch whose gradients a CPU computes side by side, each with batch norm of its own (data parallelism); as many as cores is fastest for small models beside rendering',
    ),
  validationSteps: z.int().min(0).default(1000).describe('steps between readings of the validation words; 0 for none'),
  validationWords: count.default(500).describe('most validation words that are read'),
  validationView: z
    .enum(['auto', 'alphanumeric', 'all'])
    .default('auto')
    .describe(
      'what best.safetensors read best: letters and digits without case, or all characters; auto: all as soon as model.furtherCharacters has any but the space',
    ),
  checkpointSeconds: z.number().positive().default(300).describe('seconds between checkpoints'),
})

const accumulatesAlone = ({ accumulate, stepsPerRun }: { accumulate: number; stepsPerRun: number }) =>
  accumulate === 1 || stepsPerRun === 1
const ACCUMULATES_ALONE =
  'accumulate is for steps on a CPU: with stepsPerRun above 1 it must be 1; give a larger batchSize'

/** The finder's network: see `model/finder.ts`. */
export const finderModelSettings = z.strictObject({
  stem: count.default(16).describe('width of the first convolution, at half the height and width of the picture'),
  widths: z
    .array(count)
    .length(4)
    .default([24, 32, 64, 128])
    .describe('widths at a quarter, an eighth, a 16th and a 32nd'),
  blocks: z.array(z.int().min(0)).length(4).default([0, 1, 1, 2]).describe('residual blocks there'),
})

const finderTrainingSettings = trainingSettings
  .pick({
    steps: true,
    seed: true,
    finalLearningRate: true,
    decayFrom: true,
    momentum: true,
    beta1: true,
    beta2: true,
    epsilon: true,
    weightDecay: true,
    clip: true,
    averageDecay: true,
    accumulate: true,
    stepsPerRun: true,
    checkpointSeconds: true,
  })
  .extend({
    batchSize: count.default(8).describe('crops a step'),
    schedule: z
      .enum(['cosine', 'constant', 'decay'])
      .default('constant')
      .describe('learning rate over the steps; constant: a trunk, which never cools; decay: a branch that does'),
    learningRate: z.number().positive().default(0.004).describe('cosine: peak; constant: the rate; decay: the first'),
    warmup: count.default(200).describe('steps of linear warm-up; decay has none'),
    optimizer: trainingSettings.shape.optimizer
      .unwrap()
      .default('muon')
      .describe(trainingSettings.shape.optimizer.description!),
    replicas: count
      .default(1)
      .describe('parts of a batch whose gradients a CPU computes side by side, each with batch norm of its own'),
    kernelLoss: z
      .enum(['focal', 'mined'])
      .default('focal')
      .describe("loss of the kernels' map: focal, or cross-entropy of kernels and of the hardest other places"),
    kernelWeight: z.number().min(0).default(1).describe('weight of that loss'),
    focalAlpha: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe("alpha of the focal loss, the weight of kernels' places; others have 1 - alpha"),
    focalGamma: z.number().min(0).default(2).describe('gamma of the focal loss'),
    minedRatio: z.number().positive().default(3).describe('mined: other places for each place of a kernel'),
    diceWeight: z.number().min(0).default(1).describe('weight of the dice loss of the map'),
    distanceWeight: z
      .number()
      .min(0)
      .default(0.5)
      .describe("weight of the loss of kernels' distances to their words' outlines"),
    validationSteps: z.int().min(0).default(500).describe('steps between validations; 0 for none'),
    validationCrops: count.default(96).describe('crops of validation photographs that are compared'),
  })

/** What a finder learns from: see `data/finder-crops.ts`. */
const finderDataSettings = z.strictObject({
  cropSize: z.int().positive().multipleOf(32).default(320).describe('rows and columns of a crop, pixels'),
  cropsOfOne: count.default(2).describe('crops of a batch that are cut from one photograph: decoding is what costs'),
  kernelShrink: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe("r: a word's kernel is the word without a rim as wide as its area (1 - r²) over its perimeter"),
  leastHeight: z.number().min(0).default(5).describe('words lower than this in their crop do not count, pixels'),
  pageShare: z.number().min(0).max(1).default(0.25).describe('share of crops that are cut from synthetic pages'),
})

export const finderPresetSettings = z.strictObject({
  task: z.literal('find').default('find'),
  model: finderModelSettings.prefault({}),
  training: finderTrainingSettings
    .refine(
      ({ batchSize, replicas }) => batchSize % replicas === 0,
      'batchSize must be a multiple of replicas; with training.replicas=1 it may be any',
    )
    .refine(accumulatesAlone, ACCUMULATES_ALONE)
    .refine(
      ({ schedule, decayFrom, steps }) => schedule !== 'decay' || decayFrom < steps,
      'decayFrom must be a step before steps, the last',
    )
    .prefault({}),
  data: finderDataSettings.prefault({}),
})

export type ModelSettings = z.output<typeof modelSettings>
export type FinderModelSettings = z.output<typeof finderModelSettings>
export type FinderTrainingSettings = z.output<typeof finderTrainingSettings>
export type FinderDataSettings = z.output<typeof finderDataSettings>
export type FinderPreset = z.output<typeof finderPresetSettings>
export type RectifierSettings = ModelSettings['rectifier']
export type BackboneSettings = ModelSettings['backbone']
export type EncoderSettings = ModelSettings['encoder']
export type DecoderSettings = ModelSettings['decoder']
/** The settings of one kind of a part. */
export type OfKind<Part extends { readonly kind: string }, Name extends Part['kind']> = Extract<
  Part,
  { readonly kind: Name }
>
export type TransformerSettings = ModelSettings['transformer']
export type TrainingSettings = z.output<typeof trainingSettings>

export const presetSettings = z.strictObject({
  model: modelSettings.prefault({}),
  training: trainingSettings
    .refine(({ focalWeight, ctcWeight }) => focalWeight > 0 || ctcWeight > 0, 'focalWeight 0 needs a ctcWeight above 0')
    .refine(
      ({ batchSize, replicas }) => replicas === 1 || (batchSize % replicas === 0 && batchSize >= 2 * replicas),
      'batchSize must be a multiple of replicas, two words a replica at least; with training.replicas=1 it may be any',
    )
    .refine(accumulatesAlone, ACCUMULATES_ALONE)
    .refine(
      ({ schedule, decayFrom, steps }) => schedule !== 'decay' || decayFrom < steps,
      'decayFrom must be a step before steps, the last',
    )
    .prefault({}),
  synth: synthSettings.prefault({}),
})
export type Preset = z.output<typeof presetSettings>

/** What is trained: a finder, which says so, or a recogniser. */
export type AnyPreset = Preset | FinderPreset
export type AnyTrainingSettings = AnyPreset['training']

export function isFinder(preset: AnyPreset): preset is FinderPreset {
  return 'task' in preset
}

/** Settings of either task; throws a ZodError where they are of none. */
export function parseAnyPreset(settings: unknown): AnyPreset {
  const isFinders = typeof settings === 'object' && settings !== null && 'task' in settings
  return isFinders ? finderPresetSettings.parse(settings) : presetSettings.parse(settings)
}
