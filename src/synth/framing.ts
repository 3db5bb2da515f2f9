/** How large a word is shown, and how much around it: the crop. */
import type { Random } from '../random.ts'
import { chance, pick, pickWeighted, uniform } from './distributions.ts'
import { boxOf } from './line.ts'
import type { LayoutSettings } from './settings.ts'
import type { Box, Point } from './warp.ts'

/** Of every crop, pixels. */
export const LARGEST_WIDTH = 768
/** Of a crop with far margins or with letters one above another, pixels; of others. */
export const LARGEST_HEIGHT = 176
const USUAL_HEIGHT = 88
/** Longer texts get wider crops: so many pixels a character, and at least so many in all. */
const [WIDTH_A_CHARACTER, USUAL_WIDTH] = [24, 288]
const SMALLEST_SIDE = 8

/** Ground beside the word, heights of its ink; negative where letters are cut. */
export interface Margins {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Whether any of them is far: up to three heights. */
  readonly areFar: boolean
}

const FARTHEST = 3

export function drawMargins(random: Random, { cut, loose, far }: LayoutSettings): Margins {
  if (chance(random, far)) {
    const side = () => (chance(random, 0.5) ? uniform(random, 0.2, FARTHEST) : uniform(random, 0, 0.2))
    const margins = { left: side(), right: side(), top: side(), bottom: side() }
    // Chance alone would leave one in sixteen without any.
    return { ...margins, [pick(random, ['left', 'right', 'right'])]: uniform(random, 0.4, FARTHEST), areFar: true }
  }
  const [low, high] = pickWeighted(random, [
    [[0.0, 0.2], Math.max(0, 1 - cut - loose)],
    [[-0.09, 0.06], cut],
    [[0.08, 0.45], loose],
  ] as const)
  const side = () => uniform(random, low, high)
  return { left: side(), right: side(), top: side(), bottom: side(), areFar: false }
}

export interface FramingRequest {
  /** Around the warped ink, in text units. */
  readonly bounds: Box
  /** Of the first and the last character, warped: no margin cuts much of them. */
  readonly ends: readonly [readonly Point[], readonly Point[]]
  /** Height of a line of letters, in text units. */
  readonly inkHeight: number
  readonly length: number
  readonly isStacked: boolean
  readonly margins: Margins
  readonly settings: LayoutSettings
}

/** Image pixels a text unit: letters from 8 to 52 pixels high, fewer where the crop would grow too large. */
export function drawScale(random: Random, request: FramingRequest): number {
  const { bounds, inkHeight, length, isStacked, margins, settings } = request
  const { low, tall } = settings
  const usual = pickWeighted(random, [
    [() => uniform(random, 8, 13), low],
    [() => uniform(random, 13, 24), Math.max(0, 1 - low - tall)],
    [() => uniform(random, 24, 52), tall],
  ])()
  const [width, height] = [Math.max(1, bounds.right - bounds.left), Math.max(1, bounds.bottom - bounds.top)]
  if (margins.areFar || isStacked) {
    // Such crops are cut from larger views, in which letters are smaller.
    const inkPixels = Math.max(8, usual * 0.65)
    return Math.min(
      inkPixels / inkHeight,
      (0.98 * LARGEST_WIDTH) / (width + inkHeight * Math.max(0, margins.left + margins.right)),
      (0.98 * LARGEST_HEIGHT) / (height + inkHeight * Math.max(0, margins.top + margins.bottom)),
    )
  }
  const widest = Math.min(LARGEST_WIDTH, Math.max(USUAL_WIDTH, WIDTH_A_CHARACTER * length))
  return Math.min(usual / inkHeight, (0.9 * widest) / width, (0.85 * USUAL_HEIGHT) / height)
}

/** Place of the crop in the scaled text, and its size, in pixels. */
export interface Crop {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export function frame(scale: number, { bounds, ends, inkHeight, isStacked, margins }: FramingRequest): Crop {
  const inkPixels = inkHeight * scale
  const margin = (share: number, room: number) => Math.max(share * inkPixels, -0.22 * room)
  const [first, last] = ends.map((corners) => (boxOf(corners).right - boxOf(corners).left) * scale) as [number, number]
  const left = bounds.left * scale - margin(margins.left, first)
  const right = bounds.right * scale + margin(margins.right, last)
  const top = bounds.top * scale - margin(margins.top, inkPixels)
  const bottom = bounds.bottom * scale + margin(margins.bottom, inkPixels)
  const highest = margins.areFar || isStacked ? LARGEST_HEIGHT : USUAL_HEIGHT
  const width = Math.min(LARGEST_WIDTH, Math.max(SMALLEST_SIDE, Math.round(right - left)))
  const height = Math.min(highest, Math.max(SMALLEST_SIDE, Math.round(bottom - top)))
  // A crop that was made larger to reach the smallest side keeps the ink in its middle.
  return { left: (left + right - width) / 2, top: (top + bottom - height) / 2, width, height }
}
