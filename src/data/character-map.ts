/** Draws where each character of a synthetic word lies, as the training graph takes it. */
import { type Charset, encodeText, printable } from '../charset.ts'
import { MAP_COLUMNS, MAP_ROWS, NO_CHARACTER } from '../model/column-guidance.ts'

/**
 * Class ids [16, 128] of the characters whose quadrilateral covers a cell's centre; a space covers none. `quads` holds 8
 * numbers a character: x, y of its corners in order around it, as fractions of the image.
 */
export function drawCharacterMap(text: string, quads: Float32Array, charset: Charset = printable): Uint8Array {
  const map = new Uint8Array(MAP_ROWS * MAP_COLUMNS).fill(NO_CHARACTER)
  const space = charset.idOf.get(' ')
  for (const [index, id] of encodeText(text, charset).entries()) {
    if (id === space) continue
    const quad = quads.subarray(index * 8, index * 8 + 8)
    const xs = [0, 2, 4, 6].map((corner) => quad[corner]! * MAP_COLUMNS - 0.5)
    const ys = [1, 3, 5, 7].map((corner) => quad[corner]! * MAP_ROWS - 0.5)
    const [left, right] = [Math.max(0, Math.ceil(Math.min(...xs))), Math.min(MAP_COLUMNS - 1, Math.max(...xs))]
    const [top, bottom] = [Math.max(0, Math.ceil(Math.min(...ys))), Math.min(MAP_ROWS - 1, Math.max(...ys))]
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        if (covers(xs, ys, column, row)) map[row * MAP_COLUMNS + column] = id
      }
    }
  }
  return map
}

/** Whether a point lies in a convex quadrilateral: on one side of all its edges. */
function covers(xs: readonly number[], ys: readonly number[], x: number, y: number): boolean {
  let positive = false
  let negative = false
  for (let corner = 0; corner < 4; corner++) {
    const next = (corner + 1) % 4
    const cross = (xs[next]! - xs[corner]!) * (y - ys[corner]!) - (ys[next]! - ys[corner]!) * (x - xs[corner]!)
    if (cross > 0) positive = true
    if (cross < 0) negative = true
  }
  return !(positive && negative)
}
