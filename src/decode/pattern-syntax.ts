/** Reads a regular expression over the model's characters into a tree. Whatever it does not know is refused by name. */
export type PatternTree =
  /** One character of a set. */
  PatternSet | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternTree[] } | PatternRepeat

import { SaflError } from '../error.ts'

export interface PatternSet {
  readonly kind: 'set'
  readonly holds: (character: string) => boolean
}

export interface PatternRepeat {
  readonly kind: 'repeat'
  readonly part: PatternTree
  readonly least: number
  readonly most: number
}

export interface ParsedPattern {
  readonly tree: PatternTree
  /** Characters that the pattern names, each once. */
  readonly named: readonly string[]
}

const KNOWN = 'known are characters, [...], ., \\d \\w \\s, (...), |, ?, *, + and {m,n}; anchors are implied'

const escapes: Readonly<Record<string, RegExp>> = {
  d: /\d/,
  D: /\D/,
  w: /\w/,
  W: /\W/,
  s: /\s/,
  S: /\S/,
}

/**
 * JavaScript's syntax and meaning, matched against whole words, case as it stands. Throws on what is malformed, and on what
 * no automaton of this kind knows: look-around, references, boundaries, anchors inside.
 */
export function parsePattern(source: string): ParsedPattern {
  const parser = new PatternParser([...source])
  const tree = parser.choice()
  parser.expectEnd()
  return { tree, named: [...parser.named] }
}

function setOf(holds: PatternSet['holds']): PatternSet {
  return { kind: 'set', holds }
}

class PatternParser {
  readonly named = new Set<string>()
  private readonly characters: readonly string[]
  private place = 0

  constructor(characters: readonly string[]) {
    this.characters = characters
    if (this.peek() === '^') this.place++
  }

  choice(): PatternTree {
    const parts = [this.sequence()]
    while (this.take('|')) parts.push(this.sequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  expectEnd(): void {
    if (this.peek() === ')') this.fail('")" closes nothing')
  }

  private sequence(): PatternTree {
    const parts: PatternTree[] = []
    while (this.peek() !== undefined && this.peek() !== '|' && this.peek() !== ')') {
      if (this.peek() === '$' && this.place === this.characters.length - 1) {
        this.place++
        break
      }
      parts.push(this.repeated(this.atom()))
    }
    return { kind: 'sequence', parts }
  }

  private repeated(part: PatternTree): PatternTree {
    const counts = this.quantifier()
    if (!counts) return part
    // Greed and laziness choose among matches; of a whole word there is one.
    this.take('?')
    if (/^[?*+]$/.test(this.peek() ?? '')) this.fail(`"${this.peek()}" has nothing to repeat`)
    return { kind: 'repeat', part, ...counts }
  }

  private quantifier(): { least: number; most: number } | null {
    if (this.take('?')) return { least: 0, most: 1 }
    if (this.take('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.take('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.peek() !== '{') return null
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.characters.slice(this.place).join(''))
    if (!found) this.fail('"{" is followed by no count: write \\{ for the brace')
    const [text, lower, range, upper] = found as unknown as [string, string, string | undefined, string | undefined]
    const least = Number(lower)
    const most = range === undefined ? least : upper ? Number(upper) : Number.POSITIVE_INFINITY
    if (most < least) this.fail(`"${text}" counts down`)
    this.place += text.length
    return { least, most }
  }

  private atom(): PatternTree {
    const at = this.place
    const character = this.characters[this.place++]!
    if (character === '(') return this.group(at)
    if (character === '[') return this.bracket(at)
    if (character === '.') return setOf(() => true)
    if (character === '\\') return this.escape(at)
    if ('?*+{'.includes(character)) this.fail(`"${character}" has nothing to repeat`, at)
    if ('^$'.includes(character)) this.fail(`"${character}" inside a pattern is not supported: ${KNOWN}`, at)
    return this.literal(character)
  }

  private group(at: number): PatternTree {
    if (this.peek() === '?') {
      const kind = this.characters.slice(this.place, this.place + (this.characters[this.place + 1] === '<' ? 3 : 2))
      if (kind.join('') !== '?:') this.fail(`the group "(${kind.join('')}" is not supported: ${KNOWN}`, at)
      this.place += 2
    }
    const inside = this.choice()
    if (!this.take(')')) this.fail('"(" is never closed', at)
    return inside
  }

  private bracket(at: number): PatternTree {
    const negated = this.take('^')
    const within: ((character: string) => boolean)[] = []
    while (!this.take(']')) {
      const from = this.member(at)
      const isRange = this.peek() === '-' && this.characters[this.place + 1] !== ']'
      if (!isRange) {
        within.push(typeof from === 'string' ? (character) => character === from : from)
        continue
      }
      this.place++
      const to = this.member(at)
      if (typeof from !== 'string' || typeof to !== 'string') this.fail('a range needs a character at both ends', at)
      const [first, last] = [String(from), String(to)]
      if (first > last) this.fail(`the range "${first}-${last}" runs backwards`, at)
      within.push((character) => character >= first && character <= last)
    }
    return setOf((character) => within.some((holds) => holds(character)) !== negated)
  }

  /** One character of a bracket, or what an escape stands for. */
  private member(at: number): string | ((character: string) => boolean) {
    const character = this.characters[this.place++]
    if (character === undefined) this.fail('"[" is never closed', at)
    if (character !== '\\') {
      this.literal(character!)
      return character!
    }
    const place = this.place - 1
    const escaped = this.escape(place)
    return escapes[this.characters[place + 1]!] ? escaped.holds : this.characters[place + 1]!
  }

  private escape(at: number): PatternSet {
    const character = this.characters[this.place++]
    if (character === undefined) this.fail('"\\" stands at the end', at)
    const known = escapes[character!]
    if (known) return setOf((each) => known.test(each))
    if (/[0-9A-Za-z]/.test(character!)) this.fail(`"\\${character}" is not supported: ${KNOWN}`, at)
    return this.literal(character!)
  }

  private literal(character: string): PatternSet {
    this.named.add(character)
    return setOf((each) => each === character)
  }

  private peek(): string | undefined {
    return this.characters[this.place]
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false
    this.place++
    return true
  }

  private fail(problem: string, at = this.place): never {
    throw new SaflError('option', `pattern: ${problem} (character ${at + 1})`)
  }
}
