/** The views of a crop that are read: turned, without blank margins, its letters set side by side, leaning. */
import { type ContentBox, contentBox, contentRows, cut } from '../image/content.ts'
import { fit, lowered, widen } from '../image/fit.ts'
import type { RgbImage } from '../image/image.ts'
import { beside } from '../image/join.ts'
import { lean } from '../image/lean.ts'
import { isTall, turnQuarter } from '../image/turn.ts'
import { shapeOf, type WordShape } from '../model/word-shapes.ts'
import type { Point, WordGeometry } from './geometry.ts'
import type { Orientation } from './reading-options.ts'

export interface View {
  /** As the network takes it. */
  readonly shown: RgbImage
  /** Its width by its height before it was brought to that size. */
  readonly aspect: number
  /** By how many degrees clockwise the crop was turned. */
  readonly turned: number
  /** The size at which it is read. */
  readonly shape: WordShape
  /** Fewest and most characters for which there is room: a shorter or longer reading does not count. */
  readonly room: readonly [number, number]
  /** What its confidence counts for beside that of the crop's other views. */
  readonly weight: number
  /** A point of what is read, as fractions, → that of the crop as it was turned. */
  readonly restore: (point: Point) => Point
}

/**
 * From which blank on beside a word, and above or below it, in heights of what stands out, it is read without, and how much of
 * the image's height that must be. At first, as letters would be smaller than in any word of training (of a hyphen nothing would
 * be left but a block); and where it is not sure. What is left of the blank.
 */
const [MOSTLY_BLANK, LOOSE] = [
  [0.8, Number.POSITIVE_INFINITY, 0.5],
  [0.5, 0.35, 0],
] as const
const KEPT_MARGIN = 0.12
/** So few rows and columns tell most crops that are not blank by far, at so much of the limits. */
const [FEW_SAMPLES, ROUGHLY] = [32, 0.7]
/** Letters above each other: at most so wide by the whole height, each at least so high by its width, with such gaps. */
const [WIDEST_STACK, LEAST_LETTER, STACK_GAP] = [0.67, 0.3, 0.2]
const MOST_LETTERS = 32
/** Decides between two sure readings: a stack lies on its side as other letters, 2024 is ANON. At 1.3 lying words were read as stacks. */
const STACK_WEIGHT = 1.05
/** Crops that are narrower, by their height, may be single letters; what they are made as wide as. */
const [NARROW, GROUND_ASPECT] = [1.5, 2.5]
const ON_GROUND: readonly [number, number] = [0, 2]
const STRETCHED: readonly [number, number] = [2, Number.POSITIVE_INFINITY]
/** How far the image leans in each view of the second look: columns a row, in the image's own pixels. */
const LEANS = [-0.15, 0.15]

export class Views {
  private readonly shapes: readonly WordShape[]
  /** Rows of the images that the network takes, pixels. */
  private readonly height: number

  constructor(shapes: readonly WordShape[], height: number) {
    this.shapes = shapes
    this.height = height
  }

  /** What is read at first: high crops several ways, since what they read one way may be sure and wrong. */
  of(image: RgbImage, orientation: Orientation): View[] {
    const [upright = this.view(image, 0)] = this.trimmed(image, MOSTLY_BLANK)
    const whole = isTall(image) ? [upright, ...this.unstacked(image)] : [upright]
    if (orientation === 'upright' || (orientation === 'auto' && !isTall(image))) return whole
    const quarters = [this.rotated(image, 90), this.rotated(image, 270)]
    if (orientation === 'any') quarters.push(this.rotated(image, 180))
    return [...whole, ...quarters]
  }

  /** What is read of a crop that is not sure, beside what was read at first. */
  further(image: RgbImage, orientation: Orientation): View[] {
    const bare = this.trimmed(image, LOOSE)
    const whole = [
      // What is mostly blank was read without its margins at first.
      ...(bare[0] && this.trimmed(image, MOSTLY_BLANK)[0] ? [this.view(image, 0)] : bare),
      ...this.onGround(image),
      ...this.stretched(image),
      ...(isTall(image) ? [] : this.unstacked(image)),
    ]
    const isHigh = image.height > image.width && !isTall(image)
    return orientation === 'auto' && isHigh ? [...whole, this.rotated(image, 90), this.rotated(image, 270)] : whole
  }

  upsideDown(image: RgbImage): View {
    return this.rotated(image, 180)
  }

  /** The view, leaning to either side. */
  leaning(view: View): View[] {
    const { shown, aspect, restore } = view
    // Columns of the shown image from its top to its bottom.
    return LEANS.map((share) => (share * shown.width) / aspect).map((shift) => ({
      ...view,
      shown: lean(shown, shift),
      restore: ([x, y]) => restore([x - (shift / shown.width) * (y - 0.5), y]),
    }))
  }

  /** On a ground where the crop is narrower than its shape asks for, or than it is told. */
  private view(
    image: RgbImage,
    turned: number,
    toCrop: (point: Point) => Point = (point) => point,
    leastAspect = shapeOf(this.shapes, image).leastAspect,
  ): View {
    const shape = shapeOf(this.shapes, image)
    const { imageWidth: width } = shape
    const aspect = Math.max(image.width / image.height, leastAspect)
    // The ground's share of the whole, half of it on each side.
    const ground = 1 - image.width / image.height / aspect
    return {
      shown: fit(image, { width, height: this.height, leastAspect }),
      aspect,
      turned,
      shape,
      room: [0, Number.POSITIVE_INFINITY],
      weight: 1,
      restore: ([x, y]) => toCrop([(x - ground / 2) / (1 - ground), y]),
    }
  }

  private rotated(image: RgbImage, turned: number): View {
    if (turned === 270) return this.view(turnQuarter(image, 'back'), turned)
    const right = turnQuarter(image, 'clockwise')
    return this.view(turned === 90 ? right : turnQuarter(right, 'clockwise'), turned)
  }

  /** A narrow crop between two stretches of ground: letters keep their shape where all words are stretched to one. */
  private onGround(image: RgbImage): View[] {
    if (shapeOf(this.shapes, image).leastAspect > 0 || image.width > NARROW * image.height) return []
    const low = lowered(image, this.height)
    const widened = widen(low, GROUND_ASPECT)
    const left = (widened.width - low.width) >> 1
    const view = this.view(widened, 0, ([x, y]) => [(x * widened.width - left) / low.width, y])
    return [{ ...view, room: ON_GROUND }]
  }

  /** A crop that is set on a ground, without one: it may be a word of narrow letters. */
  private stretched(image: RgbImage): View[] {
    if (isTall(image) || image.width >= shapeOf(this.shapes, image).leastAspect * image.height) return []
    return [{ ...this.view(image, 0, undefined, 0), room: STRETCHED }]
  }

  /** Without its blank margins; none where none is as blank. */
  private trimmed(image: RgbImage, limits: Limits): View[] {
    if (!isLoose(image, contentBox(image, FEW_SAMPLES), limits, ROUGHLY)) return []
    const box = contentBox(image)
    if (!isLoose(image, box, limits)) return []
    const margin = Math.round(KEPT_MARGIN * (box.bottom - box.top))
    const kept: ContentBox = {
      left: Math.max(0, box.left - margin),
      right: Math.min(image.width, box.right + margin),
      top: Math.max(0, box.top - margin),
      bottom: Math.min(image.height, box.bottom + margin),
    }
    const [width, rows] = [kept.right - kept.left, kept.bottom - kept.top]
    return [
      this.view(cut(image, kept), 0, ([x, y]) => [
        (kept.left + x * width) / image.width,
        (kept.top + y * rows) / image.height,
      ]),
    ]
  }

  /** The letters of a high crop side by side; none where nothing is apart. */
  private unstacked(image: RgbImage): View[] {
    if (image.width > WIDEST_STACK * image.height) return []
    const box = contentBox(image)
    const letters = contentRows(image)
    const highest = Math.max(...letters.map(({ top, bottom }) => bottom - top))
    if (box === null || letters.length < 2 || letters.length > MOST_LETTERS) return []
    const width = box.right - box.left
    if (highest < LEAST_LETTER * width) return []
    // Each with half of what lies between two, so that a narrow letter stands no farther from the next than a wide one.
    const beyond = Math.max(1, Math.round((STACK_GAP * width) / 2))
    const cells = letters.map((letter): ContentBox => {
      const top = Math.min(Math.max(0, Math.round((letter.top + letter.bottom - highest) / 2)), image.height - highest)
      const rows = { top, bottom: top + highest }
      const own = contentBox(cut(image, { ...rows, left: 0, right: image.width })) ?? box
      return { ...rows, left: Math.max(0, own.left - beyond), right: Math.min(image.width, own.right + beyond) }
    })
    const images = cells.map((cell) => cut(image, cell))
    const row = beside(images)
    const starts = images.map((_, place) => images.slice(0, place).reduce((sum, { width }) => sum + width, 0))
    const view = this.view(row, 0, ([x, y]) => {
      const column = Math.min(Math.max(0, x), 1) * row.width
      const place = starts.findLastIndex((start) => start <= column)
      const { left, top } = cells[place]!
      return [(left + column - starts[place]!) / image.width, (top + y * highest) / image.height]
    })
    return [{ ...view, weight: STACK_WEIGHT }]
  }
}

type Limits = readonly [beside: number, above: number, least: number]

/** Whether so much is blank around the box; as a rough box has it, at a share of the limits. */
function isLoose(
  { width, height: rows }: RgbImage,
  box: ContentBox | null,
  [beside, above, least]: Limits,
  share = 1,
): box is ContentBox {
  if (box === null) return false
  const height = box.bottom - box.top
  const isBlankAround =
    Math.max(box.left, width - box.right) > share * beside * height ||
    Math.max(box.top, rows - box.bottom) > share * above * height
  return isBlankAround && height > share * least * rows
}

/** What was found in a view, as fractions of its crop. */
export function restored({ rectified, controlPoints }: WordGeometry, { restore }: View): WordGeometry {
  return { rectified, controlPoints: controlPoints.map(restore) }
}
