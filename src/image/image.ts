/** An image in memory: 8-bit RGB, row by row, `data.length === height * width * 3`. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}
