/** Photographs whose words are marked. */
import type { RgbImage } from '../image/image.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'

/** A word of a photograph, as ICDAR 2015 labels them. */
export interface PhotographWord {
  readonly quadrilateral: Quadrilateral
  /** Null where what it says is not known (`?`), and where nobody shall care (`###`). */
  readonly text: string | null
  /** Whether it counts neither as found nor as missed: too small, blurred, of another script. */
  readonly ignored: boolean
}

export interface LabelledPhotograph {
  readonly image: RgbImage
  readonly words: readonly PhotographWord[]
}
