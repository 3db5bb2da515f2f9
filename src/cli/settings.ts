/** `--set key=value`: changes of settings from the command line. */
import type { z } from 'zod'
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
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => explain(issue, { copy, schema }))
  throw new Error(`--set ${problems.join('; ')}`)
}

/** What is wrong with a value, and what would do. */
function explain(
  issue: z.core.$ZodIssue,
  { copy, schema }: { readonly copy: Record<string, unknown>; readonly schema: z.ZodType },
): string {
  const key = issue.path.join('.')
  const value = issue.path.reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown>)[name], copy)
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  if (issue.code === 'invalid_type') {
    const expected = issue.expected === 'number' && isWhole(issue.path, { copy, schema }) ? 'int' : issue.expected
    return `${key}: ${shown} is no ${TYPES[expected] ?? expected}`
  }
  if (issue.code === 'invalid_value') return `${key}: ${shown} is none of ${issue.values.map(String).join(', ')}`
  const items = Array.isArray(value) ? ' values' : ''
  if (issue.code === 'too_small')
    return `${key}: ${shown} is too small: ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${items} will do`
  if (issue.code === 'too_big')
    return `${key}: ${shown} is too large: ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${items} will do`
  return `${key}: ${issue.message}`
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'whole number',
  number: 'number',
  string: 'text',
  boolean: 'true or false',
  array: 'list, such as [8,14]',
}

/** Whether a setting must be a whole number: it is asked. */
function isWhole(
  path: readonly PropertyKey[],
  { copy, schema }: { readonly copy: Record<string, unknown>; readonly schema: z.ZodType },
): boolean {
  const tried = structuredClone(copy)
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown>)[name], tried)
  ;(parent as Record<PropertyKey, unknown>)[path.at(-1)!] = 0.5
  const issues = schema.safeParse(tried).error?.issues ?? []
  return issues.some(
    (each) => each.code === 'invalid_type' && each.expected === 'int' && each.path.join() === path.join(),
  )
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
