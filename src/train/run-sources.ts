/** Where the words or photographs of a run come from, as its folder remembers it: a resumed run draws the same ones. (Node) */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const runSources = z.strictObject({
  /** Real words, `KIND*WEIGHT:PATH` each. */
  data: z.array(z.string()),
  /** Which of the project's own sets `data` are; null for others. */
  mixture: z.enum(['all', 'open']).nullable(),
  /** Sets that validation reads; empty where it reads the validation words of `data`. */
  validation: z.array(z.string()),
  /** Whether synthetic words are drawn besides. */
  synth: z.boolean(),
  /** Folder of the project's own words, lexicon and backgrounds. */
  shared: z.string(),
  fonts: z.string(),
  /** Photographs that words are set on; null for those of `shared`. */
  backgrounds: z.string().nullable(),
})

/** All paths are absolute. */
export type RunSources = z.output<typeof runSources>

const finderSources = z.strictObject({
  /** Photographs, `icdar-e2e*WEIGHT:PATH` each, all paths absolute. */
  photographs: z.array(z.string()),
  /** What synthetic pages are drawn with; null where none are. */
  pages: z
    .strictObject({
      fonts: z.string(),
      /** Folder of the project's own lexicon and backgrounds. */
      shared: z.string(),
      /** Photographs that pages hang on; null for those of `shared`. */
      backgrounds: z.string().nullable(),
    })
    .nullable(),
})

export type FinderSources = z.output<typeof finderSources>

/** Null where there is no such file. */
export function readSources(file: string): Promise<RunSources | null> {
  return read(file, runSources)
}

/** A finder's; null where there is no such file. */
export function readFinderSources(file: string): Promise<FinderSources | null> {
  return read(file, finderSources)
}

async function read<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S> | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s*\n\s*/g, ' ') : String(error)
    throw new Error(`${file}: not what a run writes: ${why}`)
  }
}

/** A line for each difference, such as "fonts: /a before, /b now". */
export function sourceChanges(before: RunSources, now: RunSources): string[] {
  const lists = (['data', 'validation'] as const).flatMap((name) => {
    const [old, given] = [before[name], now[name]]
    const gone = few(old.filter((spec) => !given.includes(spec)))
    const added = few(given.filter((spec) => !old.includes(spec)))
    if (gone || added)
      return [`${name}: ${[gone && `without ${gone}`, added && `with ${added}`].filter((part) => part).join('; ')}`]
    return old.join('\n') === given.join('\n') ? [] : [`${name}: in another order`]
  })
  const others = (['synth', 'shared', 'fonts', 'backgrounds'] as const).flatMap((name) =>
    before[name] === now[name] ? [] : [`${name}: ${before[name]} before, ${now[name]} now`],
  )
  return [...lists, ...others]
}

/** The first of many. */
function few(specs: readonly string[]): string {
  const [shown, more] = [specs.slice(0, 3), specs.length - 3]
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
