/** Something that is used until it is disposed of, once all that was asked of it before is answered. */
import { SaflError } from './error.ts'

export class InUse {
  private readonly what: string
  private readonly free: () => Promise<unknown>
  /** What was asked for and is not answered yet, also where it still waits for something else. */
  private readonly asked = new Set<Promise<unknown>>()
  private disposing: Promise<void> | null = null

  /** `what` is what messages call it; `free` is called once. */
  constructor(what: string, free: () => Promise<unknown>) {
    this.what = what
    this.free = free
  }

  /** Rejects with a `disposed` error after `dispose`. */
  async ask<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
    if (this.disposing) throw disposed(this.what)
    const asking = answer().finally(() => this.asked.delete(asking))
    this.asked.add(asking)
    return asking
  }

  /** Frees it when everything that was asked for before has been answered. */
  dispose(): Promise<void> {
    this.disposing ??= Promise.allSettled(this.asked).then(async () => {
      await this.free()
    })
    return this.disposing
  }
}

export function disposed(what: string): SaflError {
  return new SaflError('disposed', `the ${what} was disposed of: load another`)
}
