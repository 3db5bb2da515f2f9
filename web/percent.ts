/** A probability for people: no line ends before its sign. */
export const percent = (share: number) => `${(100 * share).toFixed(0)}\u00a0%`
