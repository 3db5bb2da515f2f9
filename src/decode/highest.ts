/** The highest of what is added, as many as are wanted. */

export class Highest<T extends { readonly rank: number }> {
  private readonly count: number
  private readonly items: T[] = []

  constructor(count: number) {
    this.count = count
  }

  /** What a further one has to surpass. */
  get bar(): number {
    return this.items.length < this.count ? Number.NEGATIVE_INFINITY : this.items[this.count - 1]!.rank
  }

  /** Among equals the first stays. */
  add(item: T): void {
    const { items, count } = this
    if (!(item.rank > this.bar)) return
    let place = items.length < count ? items.length : count - 1
    for (; place > 0 && items[place - 1]!.rank < item.rank; place--) items[place] = items[place - 1]!
    items[place] = item
  }

  /** Highest first. */
  sorted(): readonly T[] {
    return this.items
  }
}
