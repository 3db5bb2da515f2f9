/** An image in memory: 8-bit RGB, row by row, `data.length === height * width * 3`. */
export interface RgbImage {
  /** Pixels a row. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** Red, green and blue, 0 to 255. */
  readonly data: Uint8Array
}
