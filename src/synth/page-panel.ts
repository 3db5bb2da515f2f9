/** Panels of a page: what a block is printed on, and those that say nothing. */
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { blend, type Colour, drawLetterColour, drawPaint } from './colour.ts'
import { chance, logUniform, pick, uniform } from './distributions.ts'
import { samplePhotograph } from './ground.ts'
import type { LightImage } from './light-image.ts'
import { boxOf } from './line.ts'
import type { GroundStatistics } from './surface.ts'
import type { Point } from './warp.ts'

export interface PanelRequest {
  /** Corners of a convex polygon, clockwise, in pixels of the page. */
  readonly corners: readonly Point[]
  readonly photographs: readonly RgbImage[]
  /** Whether stripes may cover it: no block stands on it. */
  readonly isEmpty: boolean
}

/** Paints a panel; says what stands on it has behind it. */
export function paintPagePanel(random: Random, page: LightImage, request: PanelRequest): GroundStatistics {
  const { corners, photographs, isEmpty } = request
  const { left, right, top, bottom } = boxOf(corners)
  const [startX, endX] = [Math.max(0, Math.floor(left)), Math.min(page.width, Math.ceil(right) + 1)]
  const [startY, endY] = [Math.max(0, Math.floor(top)), Math.min(page.height, Math.ceil(bottom) + 1)]
  const [width, height] = [endX - startX, endY - startY]
  const colour = drawPaint(random, 0.36, 0.16)
  if (width < 2 || height < 2) return { mean: colour, deviation: 0 }
  const other = chance(random, 0.25) ? blend(colour, drawPaint(random), uniform(random, 0.1, 0.5)) : colour
  const opacity = chance(random, 0.12) ? uniform(random, 0.6, 0.95) : 1
  const texture =
    photographs.length > 0 && chance(random, 0.3)
      ? samplePhotograph(random, { width, height, data: page.data }, pick(random, photographs))
      : undefined
  const grain = uniform(random, 0.05, 0.3)
  const border = drawBorder(random, { colour, size: Math.min(width, height) })
  const stripes = isEmpty && chance(random, 0.6) ? drawStripes(random, colour, Math.min(width, height)) : undefined
  const edges = edgesOf(corners)
  const [angle, span] = [uniform(random, 0, 2 * Math.PI), Math.hypot(width, height)]
  const [across, down] = [Math.cos(angle) / span, Math.sin(angle) / span]
  for (let y = startY; y < endY; y++) {
    for (let x = startX; x < endX; x++) {
      let depth = Number.POSITIVE_INFINITY
      for (const { normalX, normalY, offset } of edges) depth = Math.min(depth, normalX * x + normalY * y + offset)
      const cover = Math.min(1, depth + 0.5) * opacity
      if (cover <= 0) continue
      const mix = 0.5 + (x - startX - width / 2) * across + (y - startY - height / 2) * down
      const isStripe = stripes && (x * stripes.across + y * stripes.down + stripes.phase) % 1 < stripes.share
      const line = border ? Math.max(0, Math.min(1, depth - border.from + 0.5, border.to - depth + 0.5)) : 0
      const change = texture ? grain * (texture[3 * ((y - startY) * width + x - startX) + 1]! - 128) : 0
      const place = 3 * (y * page.width + x)
      for (let channel = 0; channel < 3; channel++) {
        let paint = isStripe ? stripes.colour[channel]! : colour[channel]! + (other[channel]! - colour[channel]!) * mix
        if (line > 0) paint += (border!.colour[channel]! - paint) * line
        page.data[place + channel]! += (paint + change - page.data[place + channel]!) * cover
      }
    }
  }
  return { mean: blend(colour, other, 0.5), deviation: (texture ? 35 * grain : 0) + (1 - opacity) * 40 }
}

/** A line along the edge, or a little inside of it, as road signs have. */
function drawBorder(random: Random, { colour, size }: { colour: Colour; size: number }) {
  if (!chance(random, 0.35)) return undefined
  const from = chance(random, 0.5) ? 0 : Math.max(1, uniform(random, 0.01, 0.04) * size)
  const width = Math.max(1, uniform(random, 0.008, 0.03) * size)
  return { from, to: from + width, colour: drawLetterColour(random, colour, { unrest: 0, faint: 0.3 }) }
}

/** Bars, boards, slats, windows of a row: what looks like letters from afar. */
function drawStripes(random: Random, ground: Colour, size: number) {
  const period = Math.max(3, logUniform(random, 0.03, 0.3) * size)
  const angle = pick(random, [0, 0, Math.PI / 2]) + uniform(random, -0.1, 0.1)
  return {
    // Far enough from 0 to stay above it.
    phase: 1000 + random(),
    across: Math.cos(angle) / period,
    down: Math.sin(angle) / period,
    share: uniform(random, 0.1, 0.7),
    colour: drawLetterColour(random, ground, { unrest: 0, faint: 0.6 }),
  }
}

/** Lines along the edges of a clockwise polygon: how far inside of them a pixel's middle lies. */
function edgesOf(corners: readonly Point[]) {
  return corners.map(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length]!
    const length = Math.max(1e-6, Math.hypot(nextX - x, nextY - y))
    const [normalX, normalY] = [-(nextY - y) / length, (nextX - x) / length]
    return { normalX, normalY, offset: normalX * (0.5 - x) + normalY * (0.5 - y) }
  })
}
