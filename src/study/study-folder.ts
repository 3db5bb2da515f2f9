/** The folder of a study: what was studied, and a file for every run that is done. (Node) */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { presetSettings } from '../config.ts'
import { writeWhole } from '../write-whole.ts'
import type { PlannedRun } from './plan.ts'

const count = z.int().min(0)

const studyDescription = z.object({
  /** What is compared. */
  kind: z.enum(['focal', 'parts']).default('focal'),
  /** Settings that all runs share; the arms' own and the seed are in the runs. */
  settings: presetSettings,
  /** Words that a run may see. */
  words: count,
  /** The weights that every run starts from, by their file's name and SHA-256; null for runs from scratch. */
  weights: z.object({ name: z.string(), digest: z.string() }).nullable().default(null),
  data: z.array(
    z.object({
      name: z.string(),
      training: count,
      validation: count,
      /** SHA-256 of the labels in their order. */
      digest: z.string(),
    }),
  ),
})
export type StudyDescription = z.output<typeof studyDescription>

const studyRun = z.object({
  arm: z.string(),
  seed: count,
  settings: presetSettings,
  budget: z.object({ words: count, steps: count }),
  /** Mean training loss of the last tenth of the steps, in the arm's own loss. */
  loss: z.number(),
  minutes: z.number(),
  finished: z.string(),
  node: z.string(),
  training: z.object({
    /** Words seen. */
    words: count,
    /** SHA-256 of all batches: runs with the same one saw the same pictures in the same order. */
    digest: z.string(),
    /** How often each validation word was seen in training: lower case, letters and digits only. */
    wordCounts: z.record(z.string(), count),
    /** How often each of the 36 characters was seen. */
    characterCounts: z.record(z.string(), count),
  }),
  sets: z.array(
    z.object({
      name: z.string(),
      words: z.array(
        z.object({ index: count, label: z.string(), prediction: z.string(), confidence: z.number().min(0).max(1) }),
      ),
    }),
  ),
})
export type StudyRun = z.output<typeof studyRun>

export class StudyFolder {
  readonly path: string
  readonly description: StudyDescription

  private constructor(path: string, description: StudyDescription) {
    this.path = path
    this.description = description
  }

  /** A new study, or an old one to go on with; refuses other settings, another budget and other words. */
  static async open(path: string, description: StudyDescription): Promise<StudyFolder> {
    const file = join(path, 'study.json')
    if (existsSync(file)) {
      const begun = parseFile(file, await readFile(file, 'utf8'), studyDescription)
      const changes = differences(comparable(begun), comparable(description))
      if (changes.length > 0)
        throw new Error(
          `${path}: holds a study of other settings: ${changes.slice(0, 3).join('; ')}; leave them as they were, or name another folder with --out`,
        )
      return new StudyFolder(path, begun)
    }
    if (existsSync(join(path, 'runs'))) throw new Error(`${path}: holds runs, but no study.json that says of what`)
    await mkdir(join(path, 'runs'), { recursive: true })
    await writeWhole(file, `${JSON.stringify(description, null, 2)}\n`)
    return new StudyFolder(path, description)
  }

  has(run: PlannedRun): boolean {
    return existsSync(this.runFile(run.arm.name, run.seed))
  }

  /** A run is done when its record is there: the weights come first. */
  async save(run: StudyRun, weights: Uint8Array): Promise<void> {
    await mkdir(join(this.path, 'runs'), { recursive: true })
    const file = this.runFile(run.arm, run.seed)
    await writeWhole(file.replace(/json$/, 'safetensors'), weights)
    await writeWhole(file, `${JSON.stringify(run)}\n`)
  }

  /** All runs that are done, by the names of their arms, then by their seeds. */
  async runs(): Promise<StudyRun[]> {
    const names = await readdir(join(this.path, 'runs')).catch(() => [])
    const runs: StudyRun[] = []
    for (const name of names.filter((each) => each.endsWith('.json'))) {
      const file = join(this.path, 'runs', name)
      runs.push(parseFile(file, await readFile(file, 'utf8'), studyRun))
    }
    return runs.sort((a, b) => (a.arm === b.arm ? a.seed - b.seed : a.arm < b.arm ? -1 : 1))
  }

  async write(name: string, content: string): Promise<void> {
    await writeWhole(join(this.path, name), content)
  }

  /** What was written by that name; null where there is no such file. */
  async read(name: string): Promise<string | null> {
    return readFile(join(this.path, name), 'utf8').catch(() => null)
  }

  /** The weights of a run that is done. */
  weights(run: Pick<StudyRun, 'arm' | 'seed'>): Promise<Uint8Array> {
    return readFile(this.runFile(run.arm, run.seed).replace(/json$/, 'safetensors'))
  }

  private runFile(arm: string, seed: number): string {
    return join(this.path, 'runs', `${arm}-seed${seed}.json`)
  }
}

function parseFile<S extends z.ZodType>(file: string, text: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s*\n\s*/g, ' ') : String(error)
    throw new Error(`${file}: not what a study writes: ${why}`)
  }
}

/** Words are the same wherever they lie. */
function comparable({ kind, settings, words, weights, data }: StudyDescription) {
  const labels = data.map(
    ({ training, validation, digest }) => `${training}+${validation} words, ${digest.slice(0, 12)}`,
  )
  return { ...settings, kind, 'words a run': words, weights: weights?.digest ?? 'none', data: labels.join(' | ') }
}

/** Lines such as "training.batchSize is 64 there, 32 here". */
function differences(there: unknown, here: unknown, name = ''): string[] {
  if (isGroup(there) && isGroup(here)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])]
    return keys.flatMap((key) => differences(there[key], here[key], name === '' ? key : `${name}.${key}`))
  }
  const [before, now] = [JSON.stringify(there), JSON.stringify(here)]
  return before === now ? [] : [`${name} is ${before} there, ${now} here`]
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
