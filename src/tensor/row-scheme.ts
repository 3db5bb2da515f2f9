/**
 * How a convolution along the rows of an image becomes products of single rows: directly, every output row from those it
 * sees, or by fewer products than that, of sums of rows with sums of filter rows (Winograd, 1980; Lavin and Gray,
 * arXiv 1509.09308).
 */

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[]

export interface RowOptions {
  /** Rows of the image. */
  readonly height: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

export type RowScheme = {
  readonly outHeight: number
  readonly products: number
  /** [products, kernel]: the filter's rows that meet the image, or sums of them. */
  readonly weight: Matrix
} & (
  | {
      readonly kind: 'direct'
      /** [H' · products, H], which copies the rows that each output row sees; absent where it sees all in their order. */
      readonly input?: Matrix
    }
  | {
      readonly kind: 'fewer products'
      /** [groups · products, H]. */
      readonly input: Matrix
      /** [rows of a group, products]. */
      readonly output: Matrix
    }
)

/** Four rows of three taps by six products instead of twelve: Lavin and Gray's F(4, 3). */
const FOUR_ROWS = {
  input: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  weight: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
}

/** An image of two rows, padded, by three products instead of four: w1(x0 + x1) + (w2 - w1)x1 and w1(x0 + x1) + (w0 - w1)x0. */
const TWO_ROWS = {
  input: [
    [1, 1],
    [0, 1],
    [1, 0],
  ],
  weight: [
    [0, 1, 0],
    [0, -1, 1],
    [1, -1, 0],
  ],
  output: [
    [1, 1, 0],
    [1, 0, 1],
  ],
}

export function rowScheme({ height, kernel, stride, padding }: RowOptions): RowScheme {
  const outHeight = Math.floor((height + 2 * padding - kernel) / stride) + 1
  const plain = kernel === 3 && stride === 1 && padding === 1
  if (plain && height === 2) return { kind: 'fewer products', outHeight, products: 3, ...TWO_ROWS }
  if (plain && height % 4 === 0) {
    const input = Array.from({ length: (height / 4) * 6 }, (_, row) => {
      const first = Math.floor(row / 6) * 4 - 1
      return Array.from({ length: height }, (_, from) => FOUR_ROWS.input[row % 6]![from - first] ?? 0)
    })
    return { kind: 'fewer products', outHeight, products: 6, ...FOUR_ROWS, input }
  }
  if (outHeight === 1) {
    const products = Math.min(kernel, padding + height) - padding
    return {
      kind: 'direct',
      outHeight,
      products,
      weight: identity(products, kernel, padding),
      ...(products < height && { input: identity(products, height) }),
    }
  }
  const input = Array.from({ length: outHeight * kernel }, (_, row) => {
    const seen = Math.floor(row / kernel) * stride + (row % kernel) - padding
    return Array.from({ length: height }, (_, from) => (from === seen ? 1 : 0))
  })
  return { kind: 'direct', outHeight, products: kernel, weight: identity(kernel, kernel), input }
}

/** Ones where the column is `first` columns after the row. */
function identity(rows: number, columns: number, first = 0): Matrix {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => (column === first + row ? 1 : 0)),
  )
}
