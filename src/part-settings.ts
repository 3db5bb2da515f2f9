/**
 * Settings of the model's parts, each a choice of kinds: those of SAFL, and those of the models that it grew out of, RARE
 * (Shi et al., CVPR 2016, arXiv 1603.03915) and SATRN (Lee et al., arXiv 1910.04396). Defaults are the papers'.
 */
import { z } from 'zod'
import { FIRST_KINDS } from './first-kinds.ts'

const count = z.int().positive()
const margin = z.number().min(0).max(0.4)

const named = (kind: string) => (given: unknown) =>
  typeof given === 'object' && given !== null && !Array.isArray(given) && !('kind' in given)
    ? { kind, ...given }
    : given

/** How a choice between other kinds is refused. */
const among = (...kinds: string[]) => ({ error: `kind must be one of ${kinds.join(', ')}` })

const controlPoints = z
  .int()
  .min(4)
  .multipleOf(2)
  .default(20)
  .describe('control points K, half above and half below the word')
const targetMargin = margin.describe('margin of the target points in the rectified image')

const asterRectifier = z.strictObject({
  kind: z.literal('aster').describe('control points and thin-plate spline as in ASTER, which SAFL took over'),
  enabled: z.boolean().default(true).describe('straighten the word before it is read; without it the view is resized'),
  viewHeight: count.default(32).describe('rows of the small view that the localisation network sees, pixels'),
  viewWidth: count.default(64).describe('columns of that view, pixels'),
  channels: z.array(count).length(6).default([32, 64, 128, 256, 256, 256]).describe('widths of its six convolutions'),
  hidden: count.default(512).describe('width of its linear layer'),
  controlPoints,
  initialMargin: margin.default(0.01).describe('margin of the box that the first control points span'),
  targetMargin: targetMargin.default(0.05),
})

const rareRectifier = z.strictObject({
  kind: z.literal('rare').describe("RARE's: control points leave the localisation network through tanh"),
  viewHeight: count.default(32).describe('rows of the view that the localisation network sees, pixels'),
  viewWidth: count.default(100).describe('columns of that view, pixels'),
  channels: z.array(count).length(4).default([64, 128, 256, 512]).describe('widths of its four convolutions'),
  hidden: z.array(count).length(2).default([1024, 1024]).describe('widths of its two linear layers'),
  norms: z.boolean().default(false).describe('batch norm after its convolutions, which the paper does not have'),
  controlPoints,
  initialPoints: z
    .enum(['straight', 'cosine'])
    .default('straight')
    .describe('where the first control points lie: a box, or an arch of half a cosine for curved words'),
  initialMargin: margin
    .gt(0)
    .default(0.05)
    .describe('margin of the box or arch that the first control points span; tanh reaches no edge'),
  targetMargin: targetMargin.default(0),
})

const noRectifier = z.strictObject({
  kind: z.literal('none').describe('the image is resized'),
  controlPoints: controlPoints.describe('points of the frame that stands for a rectified word, half above, half below'),
  targetMargin: targetMargin.default(0.05),
})

export const rectifierSettings = z.preprocess(
  named(FIRST_KINDS.rectifier),
  z.discriminatedUnion('kind', [asterRectifier, rareRectifier, noRectifier], among('aster', 'rare', 'none')),
)

const residualBackbone = z.strictObject({
  kind: z.literal('residual').describe("ASTER's residual network: a row of W / 4 columns"),
  stem: count.default(32).describe('width of the first 3x3 convolution'),
  widths: z.array(count).length(5).default([32, 64, 128, 256, 512]).describe('widths of the five stages'),
  blocks: z.array(count).length(5).default([3, 4, 6, 6, 3]).describe('residual blocks of the five stages'),
})

const crnnBackbone = z.strictObject({
  kind: z.literal('crnn').describe("CRNN's seven convolutions, which RARE reads with: a row of W / 4 - 1 columns"),
  widths: z
    .array(count)
    .length(7)
    .default([64, 128, 256, 256, 512, 512, 512])
    .describe('widths of the seven convolutions'),
  norms: z.enum(['paper', 'all']).default('paper').describe('batch norm after the fifth and sixth convolution, or all'),
})

const satrnBackbone = z.strictObject({
  kind: z.literal('satrn').describe("SATRN's two convolutions: a map of H / 4 rows and W / 4 columns"),
  widths: z.array(count).length(2).default([256, 512]).describe('widths of the two convolutions'),
})

export const backboneSettings = z.preprocess(
  named(FIRST_KINDS.backbone),
  z.discriminatedUnion('kind', [residualBackbone, crnnBackbone, satrnBackbone], among('residual', 'crnn', 'satrn')),
)

const transformerEncoder = z.strictObject({
  kind: z.literal('transformer').describe("SAFL's blocks over a row of columns; sizes are those of transformer"),
})

const lstmEncoder = z.strictObject({
  kind: z.literal('lstm').describe("RARE's bidirectional LSTM over a row of columns"),
  width: count.default(256).describe('units of each direction; the encoder gives twice as many'),
  layers: count.default(2).describe('layers of both directions'),
})

const satrnEncoder = z.strictObject({
  kind: z
    .literal('satrn')
    .describe(
      "SATRN's blocks over all places of a map, each feed-forward layer sees its neighbours; sizes of transformer",
    ),
  adaptive: z
    .boolean()
    .default(true)
    .describe('positions of rows and columns weighted by gates that the whole picture opens; else added as they are'),
})

export const encoderSettings = z.preprocess(
  named(FIRST_KINDS.encoder),
  z.discriminatedUnion('kind', [transformerEncoder, lstmEncoder, satrnEncoder], among('transformer', 'lstm', 'satrn')),
)

const transformerDecoder = z.strictObject({
  kind: z.literal('transformer').describe("SAFL's and SATRN's blocks; sizes are those of transformer"),
})

const gruDecoder = z.strictObject({
  kind: z.literal('gru').describe("RARE's attention GRU"),
  width: count.default(256).describe('its units, and the width of embeddings and of its attention'),
})

export const decoderSettings = z.preprocess(
  named(FIRST_KINDS.decoder),
  z.discriminatedUnion('kind', [transformerDecoder, gruDecoder], among('transformer', 'gru')),
)
