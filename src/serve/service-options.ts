/** How a request says how its images are read: the recogniser's options that a service offers, with limits of its own. */
import { z } from '@hono/zod-openapi'
import { SaflError } from '../error.ts'
import { checkRecognizeOptions, shown } from '../recognize/check-options.ts'
import { sameWords } from '../recognize/kept-lists.ts'
import { orientations, type RecognizeOptions } from '../recognize/reading-options.ts'
import { Problem } from './problem.ts'

const wholeNumber = (least: number, most: number) => z.int().min(least).max(most)

/** Whose ranges are narrower than the recogniser's where one request could cost as much as a thousand. */
export const serviceOptions = z.strictObject({
  lexicon: z
    .array(z.string())
    .min(1)
    .max(20_000)
    .optional()
    .describe('The words there are: what is read is one of them. In a form: a line a word, or the field once a word.'),
  pattern: z
    .string()
    .max(500)
    .optional()
    .describe('A regular expression that the whole text matches, such as [A-Z]{2}\\d+.'),
  allow: z.string().max(500).optional().describe('The characters that the text is made of, such as 0123456789.'),
  alternatives: wholeNumber(0, 50)
    .optional()
    .describe('How many other words to give of each image at most; default 0.'),
  characterAlternatives: wholeNumber(0, 50)
    .optional()
    .describe('How many other characters to give of each place at most; default 0.'),
  beamWidth: wholeNumber(1, 50)
    .optional()
    .describe('Hypotheses that are followed at once; default 5 with what is above, 1 without.'),
  orientation: z
    .enum(orientations)
    .optional()
    .describe('Which rotations are read: auto (tall images by a quarter too), upright, any; default auto.'),
  secondLook: z.boolean().optional().describe('Whether words that are not sure are looked at again; default true.'),
})

/** Those of photographs: the recogniser's hold for each word. */
export const photographOptions = serviceOptions.extend({
  minimumConfidence: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Words that are read less surely are left out; default 0.75 less half their score.'),
})

export type ServiceOptions = RecognizeOptions & Pick<z.infer<typeof photographOptions>, 'minimumConfidence'>
type Schema = typeof serviceOptions | typeof photographOptions

/** What the fields of a form mean; what they cannot mean stays text, which the check refuses. */
export function optionsOfForm(fields: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, values]) => [name, meaning(name, values)]))
}

const numbers = ['alternatives', 'characterAlternatives', 'beamWidth', 'minimumConfidence']
const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

function meaning(name: string, values: readonly string[]): unknown {
  if (name === 'lexicon') return values.flatMap((value) => value.split(/\r?\n/)).filter((word) => word !== '')
  if (values.length > 1) throw new Problem('option', `${name}: is given ${values.length} times`, { option: name })
  const [value] = values as [string]
  if (numbers.includes(name) && value.trim() !== '') return Number.isNaN(Number(value)) ? value : Number(value)
  return name === 'secondLook' ? (flags.get(value) ?? value) : value
}

/** Checks by the recogniser's own rules, then by the service's limits. Throws a `Problem` that names the option. */
export class OptionCheck {
  private readonly schema: Schema
  /** The same list, given again, is the same object: images of several requests are then read together. */
  private lexicons: (readonly string[])[] = []

  constructor(schema: Schema) {
    this.schema = schema
  }

  check(given: Record<string, unknown>): ServiceOptions {
    const offered = Object.keys(this.schema.shape)
    const own = ({ minimumConfidence: _, ...others }: Record<string, unknown>) => others
    // Of what is not offered the name alone is looked at: it may be one that is misspelt.
    const asked = Object.entries(given).map(([name, value]) => [name, offered.includes(name) ? value : undefined])
    try {
      const options = Object.fromEntries(asked)
      checkRecognizeOptions(offered.includes('minimumConfidence') ? own(options) : options)
    } catch (error) {
      throw optionProblem(error)
    }
    const other = Object.keys(given).find((name) => !offered.includes(name))
    if (other !== undefined)
      throw new Problem('option', `${other}: is no option of the service; there are ${offered.join(', ')}`, {
        option: other,
      })
    const { success, data, error } = this.schema.safeParse(given)
    if (!success) {
      const [issue] = error.issues as [z.core.$ZodIssue]
      const option = String(issue.path[0])
      throw new Problem('option', `${option}: ${shown(given[option])}: ${issue.message}`, { option })
    }
    return { ...data, ...(data.lexicon && { lexicon: this.keep(data.lexicon) }) } as ServiceOptions
  }

  private keep(words: readonly string[]): readonly string[] {
    const kept = this.lexicons.find((each) => sameWords(each, words)) ?? words
    this.lexicons = [kept, ...this.lexicons.filter((each) => each !== kept)].slice(0, KEPT_LEXICONS)
    return kept
  }
}

const KEPT_LEXICONS = 4

/** What the recogniser refuses, as a request's problem; any other error as it is. */
export function optionProblem(error: unknown): unknown {
  if (!(error instanceof SaflError) || (error.code !== 'option' && error.code !== 'unsupported')) return error
  const [, option] = /^(\w+): /.exec(error.message) ?? []
  return new Problem('option', error.message, option === undefined ? {} : { option })
}
