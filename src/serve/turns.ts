/** Who comes later waits until there is room: bounds what is decoded and read at once, and with it the memory. */

interface Waiting {
  readonly cost: number
  go(): void
}

export class Turns {
  private readonly capacity: number
  private readonly waiting = new Set<Waiting>()
  private free: number

  constructor(capacity: number) {
    this.capacity = capacity
    this.free = capacity
  }

  /** Does the work when it is its turn, first come, first served; rejects with the signal's reason when that ends before. */
  async run<T>(cost: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    // What is larger than all room goes alone.
    const taken = Math.min(cost, this.capacity)
    await this.turn(taken, signal)
    try {
      return await work()
    } finally {
      this.free += taken
      this.advance()
    }
  }

  private turn(cost: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const leave = () => {
        this.waiting.delete(waiting)
        reject(signal.reason)
        this.advance()
      }
      const waiting: Waiting = {
        cost,
        go() {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      this.waiting.add(waiting)
      signal.addEventListener('abort', leave, { once: true })
      this.advance()
    })
  }

  private advance(): void {
    for (const waiting of this.waiting) {
      if (waiting.cost > this.free) return
      this.free -= waiting.cost
      this.waiting.delete(waiting)
      waiting.go()
    }
  }
}
