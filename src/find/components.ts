/** Connected parts of a map. */

export interface MapSize {
  /** Cells across and down. */
  readonly width: number
  readonly height: number
}

/**
 * The places (row · width + column) of the cells of at least `threshold` that touch each other, by sides or corners; one
 * array a part, from the top down by their first cells. Cells that are no number belong to none.
 */
export function connectedComponents(values: Float32Array, { width, height }: MapSize, threshold: number): Int32Array[] {
  const isOpen = new Uint8Array(width * height)
  let open = 0
  for (let place = 0; place < isOpen.length; place++) {
    if (values[place]! >= threshold) {
      isOpen[place] = 1
      open++
    }
  }
  // One queue holds all parts, one behind the other: a cell is in it once.
  const queue = new Int32Array(open)
  const components: Int32Array[] = []
  let end = 0
  for (let first = 0; first < isOpen.length; first++) {
    if (isOpen[first] === 0) continue
    const start = end
    queue[end++] = first
    isOpen[first] = 0
    for (let next = start; next < end; next++) {
      const place = queue[next]!
      const row = Math.floor(place / width)
      const column = place - row * width
      const [left, right] = [Math.max(0, column - 1), Math.min(width - 1, column + 1)]
      const [top, bottom] = [Math.max(0, row - 1), Math.min(height - 1, row + 1)]
      for (let y = top; y <= bottom; y++) {
        for (let at = y * width + left; at <= y * width + right; at++) {
          if (isOpen[at] === 0) continue
          isOpen[at] = 0
          queue[end++] = at
        }
      }
    }
    components.push(queue.subarray(start, end))
  }
  return components
}
