/** How many steps a run takes that shall end at a given time: what its speed of late lets it do. */

/** Seconds of the run that its speed is taken from. */
const WINDOW = 120
/** Seconds before the first figure: a run starts slowly. */
const SETTLING = 20

export class Pace {
  private readonly end: number
  private readonly marks: { readonly time: number; readonly step: number }[] = []

  /** `end`: when the run shall end, seconds on the clock of `steps`. */
  constructor(end: number) {
    this.end = end
  }

  /** After step `step`, at `time`: the number of the last step; null while the speed is not known. */
  steps(step: number, time: number): number | null {
    this.marks.push({ time, step })
    while (this.marks.length > 2 && this.marks[1]!.time < time - WINDOW) this.marks.shift()
    const first = this.marks[0]!
    if (time >= this.end) return step
    if (time - first.time < SETTLING) return null
    return step + Math.max(1, Math.round(((this.end - time) * (step - first.step)) / (time - first.time)))
  }
}
