/** Where the points of a line of text go: stretch and slant, then a curve, then a camera's perspective and roll. */
import type { Random } from '../random.ts'
import { chance, logUniform, normal, pickWeighted, uniform } from './distributions.ts'
import { EM } from './fonts.ts'
import type { LayoutSettings } from './settings.ts'

export type Point = readonly [number, number]
export type Warp = (x: number, y: number) => Point

export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface WarpOptions {
  /** Two letters, or letters one above another, never are curved. */
  readonly isCurvable: boolean
  readonly settings: LayoutSettings
}

/** Stretch and slant, then a curve, then perspective and roll; the word's centre goes to the origin. Text units. */
export function drawWarp(random: Random, box: Box, { isCurvable, settings }: WarpOptions): Warp {
  const stretch = chance(random, settings.stretched) ? logUniform(random, 0.65, 1.2) : 1
  const slant = chance(random, settings.slanted) ? uniform(random, -0.32, 0.12) : 0
  const centreX = (box.left + box.right) / 2
  const centreY = (box.top + box.bottom) / 2
  const width = Math.max((box.right - box.left) * stretch, 0.2 * EM)
  const height = Math.max(box.bottom - box.top, 0.2 * EM)
  const curve = drawCurve(random, { width, height, curved: isCurvable ? settings.curved : 0 })
  const view = drawView(random, width, height, settings)
  return (x, y) => {
    const [curvedX, curvedY] = curve((x - centreX) * stretch + (y - centreY) * slant, y - centreY)
    return view(curvedX, curvedY)
  }
}

interface CurveOptions {
  readonly width: number
  readonly height: number
  readonly curved: number
}

/** What bends a line of this size, whose middle is the origin. */
export function drawCurve(random: Random, { width, height, curved }: CurveOptions): Warp {
  const kind = pickWeighted(random, [
    ['straight', 1 - curved],
    ['arc', 0.6 * curved],
    ['bow', 0.2 * curved],
    ['wave', 0.15 * curved],
    ['fan', 0.05 * curved],
  ] as const)
  if (kind === 'straight') return (x, y) => [x, y]
  const sign = chance(random, 0.7) ? 1 : -1
  if (kind === 'arc') {
    // Strong bends need room: the inner edge keeps a radius of over half the outer one.
    const radius = sign * Math.max(width / uniform(random, 0.35, 2.3), 1.15 * height)
    return (x, y) => {
      const distance = radius - y
      return [distance * Math.sin(x / radius), radius - distance * Math.cos(x / radius)]
    }
  }
  if (kind === 'bow') {
    const depth = sign * uniform(random, 0.15, 0.8) * height
    return (x, y) => [x, y + depth * ((2 * x) / width) ** 2]
  }
  if (kind === 'fan') {
    const growth = sign * uniform(random, 0.15, 0.45)
    return (x, y) => [x, y * (1 + growth * (1 - 2 * ((2 * x) / width) ** 2))]
  }
  const depth = uniform(random, 0.08, 0.3) * height
  const turns = (uniform(random, 0.6, 1.3) * (2 * Math.PI)) / width
  const phase = uniform(random, 0, 2 * Math.PI)
  return (x, y) => [x, y + depth * Math.sin(turns * x + phase)]
}

export type ViewSettings = Pick<LayoutSettings, 'oblique' | 'tilted'>

/** How a camera sees a plane of this size, whose middle is the origin: perspective, then roll. */
export function drawView(random: Random, width: number, height: number, { oblique, tilted }: ViewSettings): Warp {
  const isOblique = chance(random, oblique)
  const yaw = isOblique ? uniform(random, -0.95, 0.95) : 0.12 * tilted * normal(random)
  const pitch = isOblique ? uniform(random, -0.55, 0.55) : 0.07 * tilted * normal(random)
  const roll =
    tilted *
    pickWeighted(random, [
      [0.015, 40],
      [0.06, 26],
      [0.16, 18],
      [0.4, 16],
    ]) *
    Math.max(-2, Math.min(2, normal(random)))
  const distance = logUniform(random, 1.1, 4) * Math.max(width, 2 * height)
  const cosineYaw = Math.cos(yaw)
  const cosinePitch = Math.cos(pitch)
  const towardX = Math.sin(yaw) / distance
  const towardY = Math.sin(pitch) / distance
  const cosineRoll = Math.cos(roll)
  const sineRoll = Math.sin(roll)
  return (x, y) => {
    const depth = 1 / Math.max(0.25, 1 + x * towardX + y * towardY)
    const flatX = x * cosineYaw * depth
    const flatY = y * cosinePitch * depth
    return [flatX * cosineRoll - flatY * sineRoll, flatX * sineRoll + flatY * cosineRoll]
  }
}
