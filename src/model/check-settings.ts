/**
 * Whether the settings of a weights file are those of a model. A page loads this with every reader, so that it is small:
 * it knows of what kind each setting is, and config.ts its range, its default and its meaning. What is too large or too
 * small for the weights is found when they are put into the model, tensor by tensor.
 */
import type { FinderModelSettings, ModelSettings } from '../config.ts'
import { FIRST_KINDS, type Part, parts } from '../first-kinds.ts'

/** Of a part that has kinds: the settings of each. */
type Kinds<T extends { readonly kind: string }> = {
  readonly kinds: {
    readonly [Name in T['kind']]: Kind<Omit<Extract<T, { readonly kind: Name }>, 'kind'>>
  }
}

type Kind<T> = [T] extends [{ readonly kind: string }] ? Kinds<T> : PlainKind<T>
type PlainKind<T> = T extends string
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
    kinds: {
      aster: {
        enabled: 'flag',
        viewHeight: 'count',
        viewWidth: 'count',
        channels: 'counts',
        hidden: 'count',
        controlPoints: 'count',
        initialMargin: 'amount',
        targetMargin: 'amount',
      },
      rare: {
        viewHeight: 'count',
        viewWidth: 'count',
        channels: 'counts',
        hidden: 'counts',
        norms: 'flag',
        controlPoints: 'count',
        initialPoints: 'text',
        initialMargin: 'scale',
        targetMargin: 'amount',
      },
      none: { controlPoints: 'count', targetMargin: 'amount' },
    },
  },
  backbone: {
    kinds: {
      residual: { stem: 'count', widths: 'counts', blocks: 'counts' },
      crnn: { widths: 'counts', norms: 'text' },
      satrn: { widths: 'counts' },
    },
  },
  encoder: { kinds: { transformer: {}, lstm: { width: 'count', layers: 'count' }, satrn: { adaptive: 'flag' } } },
  decoder: { kinds: { transformer: {}, gru: { width: 'count' } } },
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

/** Parts that files from before there was a choice do not name at all. */
const WITHOUT_SETTINGS: readonly string[] = ['encoder', 'decoder'] satisfies Part[]

/** The settings, complete. Throws with the name of one that is missing, unknown or of another kind. */
export function checkModelSettings(given: unknown): ModelSettings {
  if (!isRecord(given)) throw new Error(`${JSON.stringify(given)} is no object`)
  const settings: Record<string, unknown> = { ...LATER, ...given }
  for (const part of parts) {
    const value = settings[part] ?? (WITHOUT_SETTINGS.includes(part) ? {} : undefined)
    if (isRecord(value)) settings[part] = { kind: FIRST_KINDS[part], ...value }
  }
  checkKinds(settings, kinds, '')
  const { width, heads } = settings.transformer as ModelSettings['transformer']
  if (width % heads !== 0)
    throw new Error(`transformer.heads: ${heads} must divide transformer.width, which is ${width}`)
  return settings as unknown as ModelSettings
}

/** The settings as files say them: without what older versions do not know, where it means what they take for granted. */
export function settingsInFile(settings: ModelSettings): Readonly<Record<string, unknown>> {
  const written: Record<string, unknown> = { ...settings }
  for (const part of parts) {
    const { kind, ...others } = settings[part]
    if (kind !== FIRST_KINDS[part]) continue
    if (WITHOUT_SETTINGS.includes(part)) delete written[part]
    else written[part] = others
  }
  return written
}

/** Those of a finder, complete. Throws as `checkModelSettings` does. */
export function checkFinderSettings(given: unknown): FinderModelSettings {
  if (!isRecord(given)) throw new Error(`${JSON.stringify(given)} is no object`)
  checkKinds(given, finderKinds, '')
  return given as FinderModelSettings
}

interface Group extends Readonly<Record<string, KindName | Group | Choice>> {}
interface Choice {
  readonly kinds: Readonly<Record<string, Group>>
}

function checkKinds(settings: Readonly<Record<string, unknown>>, group: Group, path: string): void {
  for (const name of Object.keys(settings))
    if (!Object.hasOwn(group, name)) throw new Error(`${path}${name}: there is no such setting`)
  for (const [name, kind] of Object.entries(group)) {
    const value = settings[name]
    if (value === undefined) throw new Error(`${path}${name}: is missing`)
    const shown = `${path}${name}: ${JSON.stringify(value)} is not`
    if (typeof kind === 'string') {
      const [isIt, what] = checks[kind]
      if (!isIt(value)) throw new Error(`${shown} ${what}`)
    } else if (!isRecord(value)) throw new Error(`${shown} an object`)
    else if (isChoice(kind)) checkChoice(value, kind, `${path}${name}.`)
    else checkKinds(value, kind, `${path}${name}.`)
  }
}

function isChoice(kind: Group | Choice): kind is Choice {
  return typeof kind.kinds === 'object'
}

function checkChoice({ kind, ...settings }: Readonly<Record<string, unknown>>, { kinds }: Choice, path: string): void {
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw new Error(`${path}kind: ${JSON.stringify(kind)} is not one of ${Object.keys(kinds).join(', ')}`)
  checkKinds(settings, kinds[kind]!, path)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
