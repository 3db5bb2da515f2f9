/** Pictures before a camera has seen them. */

/** A picture in light rather than bytes: RGB, row by row, 0 to 255 and beyond. */
export interface LightImage {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}
