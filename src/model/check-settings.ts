/**
 * Whether the settings of a weights file are those of a model. A page loads this with every reader, so that it is small:
 * it knows of what kind each setting is, and config.ts its range, its default and its meaning. What is too large or too
 * small for the weights is found when they are put into the model, tensor by tensor.
 */
import type { FinderModelSettings, ModelSettings } from '../config.ts'

type Kind<T> = T extends string
  ? 'text'
  : T extends boolean
    ? 'flag'
    : T extends number
      ? 'count' | 'amount' | 'scale'
      : T extends readonly number[]
        ? 'counts' | 'amounts'
        : { readonly [Name in keyof T]-?: Kind<T[Name]> }
type KindName = 'text' | 'flag' | 'count' | 'amount' | 'scale' | 'counts' | 'amounts'

/** The compiler sees that none is missing and that none is of another type. */
const kinds: Kind<ModelSettings> = {
  imageHeight: 'count',
  imageWidth: 'count',
  textHeight: 'count',
  textWidth: 'count',
  textWidths: 'counts',
  maximumLength: 'count',
  furtherCharacters: 'text',
  rectifier: {
    enabled: 'flag',
    viewHeight: 'count',
    viewWidth: 'count',
    channels: 'counts',
    hidden: 'count',
    controlPoints: 'count',
    initialMargin: 'amount',
    targetMargin: 'amount',
  },
  backbone: { stem: 'count', widths: 'counts', blocks: 'counts' },
  transformer: {
    width: 'count',
    heads: 'count',
    feedForward: 'count',
    encoderLayers: 'amount',
    decoderLayers: 'count',
    dropout: 'amount',
    positionDropout: 'amount',
  },
  temperature: 'scale',
  authorsQuirks: 'flag',
}

const finderKinds: Kind<FinderModelSettings> = { stem: 'count', widths: 'counts', blocks: 'amounts' }

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 1

const isAmount = (value: unknown) => Number.isFinite(value) && (value as number) >= 0

/** What each kind must be, and whether a value is it. */
const checks: Readonly<Record<KindName, readonly [(value: unknown) => boolean, string]>> = {
  text: [(value) => typeof value === 'string', 'a text'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  count: [isCount, 'a whole number from 1 on'],
  amount: [isAmount, 'a number from 0 on'],
  scale: [(value) => Number.isFinite(value) && (value as number) > 0, 'a number above 0'],
  counts: [(value) => Array.isArray(value) && value.every(isCount), 'a list of whole numbers from 1 on'],
  amounts: [(value) => Array.isArray(value) && value.every(isAmount), 'a list of numbers from 0 on'],
}

/** Of files from before there were these: what they meant. */
const LATER: Partial<ModelSettings> = { textWidths: [], furtherCharacters: '', temperature: 1 }

/** The settings, complete. Throws with the name of one that is missing, unknown or of another kind. */
export function checkModelSettings(given: unknown): ModelSettings {
  if (!isRecord(given)) throw new Error(`${JSON.stringify(given)} is no object`)
  const settings = { ...LATER, ...given }
  checkKinds(settings, kinds, '')
  const { width, heads } = (settings as ModelSettings).transformer
  if (width % heads !== 0)
    throw new Error(`transformer.heads: ${heads} must divide transformer.width, which is ${width}`)
  return settings as ModelSettings
}

/** Those of a finder, complete. Throws as `checkModelSettings` does. */
export function checkFinderSettings(given: unknown): FinderModelSettings {
  if (!isRecord(given)) throw new Error(`${JSON.stringify(given)} is no object`)
  checkKinds(given, finderKinds, '')
  return given as FinderModelSettings
}

interface Kinds extends Readonly<Record<string, KindName | Kinds>> {}

function checkKinds(settings: Readonly<Record<string, unknown>>, kinds: Kinds, group: string): void {
  for (const name of Object.keys(settings))
    if (!Object.hasOwn(kinds, name)) throw new Error(`${group}${name}: there is no such setting`)
  for (const [name, kind] of Object.entries(kinds)) {
    const value = settings[name]
    if (value === undefined) throw new Error(`${group}${name}: is missing`)
    const shown = `${group}${name}: ${JSON.stringify(value)} is not`
    if (typeof kind === 'string') {
      const [isIt, what] = checks[kind]
      if (!isIt(value)) throw new Error(`${shown} ${what}`)
    } else if (isRecord(value)) checkKinds(value, kind, `${group}${name}.`)
    else throw new Error(`${shown} an object`)
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
