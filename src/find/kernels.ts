/** Which cells of a map make a word's kernel together. */

export interface MapSize {
  /** Cells across and down. */
  readonly width: number
  readonly height: number
}

export interface KernelOptions {
  /** Cells of less belong to no kernel. */
  readonly floor: number
  /** A kernel's cells have so much of its peak and more, 0 to 1; 0 makes parts that are connected above the floor. */
  readonly share: number
}

/**
 * The kernels of a map, of each its places (row · width + column), in their order. Each ends at its own height: a network
 * is as sure of the middle of a faint word as of the rim of a clear one, so that no threshold fits both, and neighbours
 * that meet below that height stay two. The map is flooded from its peaks down; what meets a kernel that has ended ends
 * with it. Cells touch each other by sides and corners; those that are no number belong to none.
 */
export function kernelsOf(values: Float32Array, size: MapSize, { floor, share }: KernelOptions): Int32Array[] {
  const pools = new Pools(size)
  const kernels: Int32Array[] = []
  const places = descending(values, floor)
  for (const place of places) {
    const value = values[place]!
    const met = pools.around(place)
    const isEnd = met.some((pool) => pools.ended[pool] === 1 || value < share * pools.peak[pool]!)
    if (isEnd) for (const pool of met) if (pools.ended[pool] === 0) kernels.push(pools.cells(pool))
    const joined = pools.add(place, value, met)
    if (isEnd) pools.ended[joined] = 1
  }
  for (const place of places)
    if (pools.of(place) === place && pools.ended[place] === 0) kernels.push(pools.cells(place))
  return kernels.sort((a, b) => a[0]! - b[0]!)
}

/** Places of at least `floor`, the highest first. */
function descending(values: Float32Array, floor: number): Int32Array {
  let count = 0
  const places = new Int32Array(values.length)
  for (let place = 0; place < values.length; place++) if (values[place]! >= floor) places[count++] = place
  return places.subarray(0, count).sort((a, b) => values[b]! - values[a]! || a - b)
}

/** Sets of cells that grow together (union-find), each known by one of its cells, of which the arrays here speak. */
class Pools {
  /** The value of its highest cell. */
  readonly peak: Float32Array
  /** 1 where it grows no more as a kernel. */
  readonly ended: Uint8Array
  /** Another cell of its pool, nearer to the one that the pool is known by, which has itself; -1 of cells in none. */
  private readonly towards: Int32Array
  /** All cells of a pool as a chain from the one it is known by: the next, -1 of the last. */
  private readonly next: Int32Array
  private readonly last: Int32Array
  private readonly size: MapSize
  private readonly met: number[] = []

  constructor(size: MapSize) {
    const count = size.width * size.height
    this.size = size
    this.peak = new Float32Array(count)
    this.ended = new Uint8Array(count)
    this.towards = new Int32Array(count).fill(-1)
    this.next = new Int32Array(count).fill(-1)
    this.last = new Int32Array(count)
  }

  of(cell: number): number {
    const { towards } = this
    let pool = cell
    while (towards[pool]! !== pool) {
      towards[pool] = towards[towards[pool]!]!
      pool = towards[pool]!
    }
    return pool
  }

  /** The pools that a cell touches, each once; the list is the next call's too. */
  around(place: number): readonly number[] {
    const { width, height } = this.size
    const { met, towards } = this
    const row = Math.floor(place / width)
    const column = place - row * width
    const [left, right] = [Math.max(0, column - 1), Math.min(width - 1, column + 1)]
    met.length = 0
    for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
      for (let cell = y * width + left; cell <= y * width + right; cell++) {
        if (towards[cell]! < 0) continue
        const pool = this.of(cell)
        if (!met.includes(pool)) met.push(pool)
      }
    }
    return met
  }

  /** Makes one pool of a cell and those that it touches. */
  add(place: number, value: number, met: readonly number[]): number {
    this.towards[place] = place
    this.last[place] = place
    this.peak[place] = value
    const pool = met[0] ?? place
    for (let other = 1; other < met.length; other++) this.join(pool, met[other]!)
    if (pool !== place) this.join(pool, place)
    return pool
  }

  private join(pool: number, other: number): void {
    const { towards, next, last, peak } = this
    towards[other] = pool
    next[last[pool]!] = other
    last[pool] = last[other]!
    peak[pool] = Math.max(peak[pool]!, peak[other]!)
  }

  /** In ascending order. */
  cells(pool: number): Int32Array {
    const cells: number[] = []
    for (let cell = pool; cell >= 0; cell = this.next[cell]!) cells.push(cell)
    return Int32Array.from(cells).sort()
  }
}
