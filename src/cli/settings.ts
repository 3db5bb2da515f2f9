/** `--set key=value`: changes of settings from the command line. */
import { z } from 'zod'
import { editDistance } from '../evaluate/metrics.ts'

/** Settings with changes such as `training.batchSize=64`; what is unknown or out of range is refused by name. */
export function overrideSettings<S extends z.ZodType>(
  schema: S,
  settings: z.output<S>,
  changes: readonly string[],
): z.output<S> {
  const copy = structuredClone(settings) as Record<string, unknown>
  for (const change of changes) {
    const equals = change.indexOf('=')
    if (equals < 1) throw new Error(`--set ${change}: give key=value, such as training.batchSize=64`)
    const key = change.slice(0, equals)
    const path = key.split('.')
    const last = path.pop()!
    const parent = path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), copy)
    if (!isObject(parent) || !(last in parent))
      throw new Error(`--set ${key}: no such setting; did you mean ${nearestKey(copy, key)}?`)
    parent[last] = parseValue(change.slice(equals + 1))
  }
  const result = schema.safeParse(copy)
  if (!result.success) throw new Error(`--set: ${z.prettifyError(result.error).replace(/\s*\n\s*/g, ' ')}`)
  return result.data
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function nearestKey(settings: Record<string, unknown>, wanted: string): string {
  const keys = (value: Record<string, unknown>, prefix: string): string[] =>
    Object.entries(value).flatMap(([name, inner]) =>
      isObject(inner) ? keys(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
    )
  // People leave out the group: "batchSize" is compared with the last part of "training.batchSize".
  const distance = (key: string) =>
    editDistance(wanted.includes('.') ? key : key.slice(key.lastIndexOf('.') + 1), wanted)
  return keys(settings, '').sort((a, b) => distance(a) - distance(b))[0]!
}
