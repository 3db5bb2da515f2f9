/** What a search may spell: an automaton over class ids. */

/** Which words may be spelled, as an automaton over class ids. */
export interface Constraint {
  readonly start: number
  /** The characters that may follow, and the state after each. From every state some word can be ended. */
  next(state: number): readonly Transition[]
  mayEnd(state: number): boolean
  /** Fewest further characters to a state that may end. */
  shortest(state: number): number
  /** The word that is given for a spelling that ended in `state`; as long as the spelling. */
  wordOf(state: number, spelling: string): string
}

export interface Transition {
  /** Classes that are one for the constraint, such as both cases of a letter: at least one. */
  readonly ids: readonly number[]
  readonly state: number
}
