/** Long lists among options: a worker keeps the last of each, so that they cross to it once and stay the same there. */
import type { RecognizeOptions } from './reading-options.ts'

const names = ['lexicon', 'prior'] as const
type Name = (typeof names)[number]
type Lists = Pick<RecognizeOptions, Name>

/** Options as a message carries them. */
export interface PackedOptions<Options extends Lists> {
  readonly options: Options
  /** Which lists are those of the last message that had any. */
  readonly asBefore: readonly Name[]
}

/** The sender's side. */
export class ListSender {
  private readonly last = new Map<Name, object>()

  pack<Options extends Lists>(given: Options): PackedOptions<Options> {
    const options = { ...given } as Options & { -readonly [K in Name]?: Lists[K] }
    const asBefore = names.filter((name) => given[name] && this.isLast(name, given[name]))
    for (const name of asBefore) delete options[name]
    return { options, asBefore }
  }

  /** A lexicon may have been changed in place, a prior must not be. */
  private isLast(name: Name, list: object): boolean {
    const last = this.last.get(name)
    if (last && (name === 'lexicon' ? sameWords(last as string[], list as string[]) : last === list)) return true
    this.last.set(name, name === 'lexicon' ? [...(list as string[])] : list)
    return false
  }
}

/** The worker's side. */
export class ListKeeper {
  private readonly last = new Map<Name, object>()

  unpack<Options extends Lists>({ options, asBefore }: PackedOptions<Options>): Options {
    for (const name of names) if (options[name]) this.last.set(name, options[name])
    return { ...options, ...Object.fromEntries(asBefore.map((name) => [name, this.last.get(name)])) }
  }
}

export function sameWords(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (!a || !b) return a === b
  return a.length === b.length && a.every((word, index) => word === b[index])
}
