/** Where words lie in a photograph. */

/** Across to the right and down from the picture's top left corner, pixels. */
export type PixelPoint = readonly [x: number, y: number]

/** Corners clockwise from the reading's top left: the word's upper edge goes from the first to the second. */
export type Quadrilateral = readonly [PixelPoint, PixelPoint, PixelPoint, PixelPoint]
