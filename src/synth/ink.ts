/** Between layout and surface: draws glyphs into three coverage masks, so that surfaces can colour each pixel as they like. */

import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Random } from '../random.ts'
import { chance, pickWeighted, uniform } from './distributions.ts'
import { EM } from './fonts.ts'
import type { InkMasks } from './ink-masks.ts'
import type { PlacedFigures, PlacedGlyph, TextLayout } from './layout.ts'
import type { InkSettings } from './settings.ts'
import type { Point } from './warp.ts'

/** How letters are drawn. Lengths in fractions of the font size, or of the ink's height where said. */
export interface InkStyle {
  /** Letters are drawn this much bolder. */
  readonly weight: number
  /** Width of the line around the letters; 0 for none. */
  readonly outline: number
  /** Only the letters' contour is drawn. */
  readonly hollow: boolean
  /** Offset of the shadow, fractions of the ink's height; undefined for none. */
  readonly shadow:
    | { readonly x: number; readonly y: number; readonly kind: 'soft' | 'hard' | 'extruded' | 'glow' }
    | undefined
}

export function drawInkStyle(random: Random, { bold, outlined, hollow, shadowed }: InkSettings): InkStyle {
  const kind = pickWeighted(random, [
    ['none', 1 - shadowed],
    ['soft', 0.33 * shadowed],
    ['hard', 0.25 * shadowed],
    ['extruded', 0.29 * shadowed],
    ['glow', 0.13 * shadowed],
  ] as const)
  const angle = uniform(random, 0, 2 * Math.PI)
  const reach = kind === 'glow' ? 0 : uniform(random, 0.03, kind === 'extruded' ? 0.2 : 0.12)
  return {
    weight: chance(random, bold) ? uniform(random, 0.008, 0.035) : 0,
    outline: chance(random, outlined) ? uniform(random, 0.03, 0.12) : 0,
    hollow: chance(random, hollow),
    shadow: kind === 'none' ? undefined : { x: reach * Math.cos(angle), y: reach * Math.sin(angle), kind },
  }
}

/** Renders a layout's glyphs and lines; `context` is at least as large as the layout and is left in any state. */
export function renderInk(context: SKRSContext2D, layout: TextLayout, style: InkStyle): InkMasks {
  const { width, height, inkHeight } = layout
  const glyphs = [...layout.neighbours, ...layout.word]
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.globalCompositeOperation = 'source-over'
  context.fillStyle = '#000'
  context.fillRect(0, 0, width, height)
  // Screen is the union of coverages, each in its own colour channel.
  context.globalCompositeOperation = 'screen'
  context.lineJoin = 'round'

  if (layout.board.length > 0) {
    context.fillStyle = '#00f'
    fillShape(context, layout.board)
  }
  context.fillStyle = '#0f0'
  drawFigures(context, layout.furniture)
  // All channels but that of the furniture stay.
  context.globalCompositeOperation = 'multiply'
  context.fillStyle = '#f0f'
  drawFigures(context, layout.holes)
  context.globalCompositeOperation = 'screen'
  if (style.shadow) {
    const { x, y, kind } = style.shadow
    context.fillStyle = '#00f'
    context.strokeStyle = '#00f'
    const steps = kind === 'extruded' ? Math.max(2, Math.ceil(Math.hypot(x, y) * inkHeight)) : 1
    const grow = kind === 'glow' ? 0.16 : 2 * style.outline
    for (let step = 1; step <= Math.min(steps, 6); step++) {
      const share = (step / Math.min(steps, 6)) * inkHeight
      drawGlyphs(context, glyphs, { grow, hollow: false, dx: x * share, dy: y * share })
    }
  }
  if (style.outline > 0) {
    context.strokeStyle = '#0f0'
    drawGlyphs(context, glyphs, { grow: 2 * style.outline, hollow: true, dx: 0, dy: 0 })
  }
  context.fillStyle = '#f00'
  context.strokeStyle = '#f00'
  const grow = style.hollow ? Math.max(0.05, style.weight * 2) : style.weight * 2
  drawGlyphs(context, glyphs, { grow, hollow: style.hollow, dx: 0, dy: 0 })

  context.setTransform(1, 0, 0, 1, 0, 0)
  for (const { points, width: lineWidth } of layout.rules) {
    context.lineWidth = lineWidth
    context.beginPath()
    for (const [x, y] of points) context.lineTo(x, y)
    context.stroke()
  }
  return context.getImageData(0, 0, width, height).data
}

function drawFigures(context: SKRSContext2D, { shapes, glyphs }: PlacedFigures): void {
  for (const shape of shapes) fillShape(context, shape)
  drawGlyphs(context, glyphs, { grow: 0, hollow: false, dx: 0, dy: 0 })
  context.setTransform(1, 0, 0, 1, 0, 0)
}

function fillShape(context: SKRSContext2D, shape: readonly Point[]): void {
  context.beginPath()
  for (const [x, y] of shape) context.lineTo(x, y)
  context.fill()
}

function drawGlyphs(
  context: SKRSContext2D,
  glyphs: readonly PlacedGlyph[],
  { grow, hollow, dx, dy }: { grow: number; hollow: boolean; dx: number; dy: number },
): void {
  let face: PlacedGlyph['face'] | undefined
  context.lineWidth = grow * EM
  for (const glyph of glyphs) {
    if (glyph.face !== face) {
      face = glyph.face
      context.font = `${EM}px "${face.alias}"`
    }
    const [a, b, c, d, e, f] = glyph.transform
    context.setTransform(a, b, c, d, e + dx, f + dy)
    if (!hollow) context.fillText(glyph.character, 0, 0)
    if (grow > 0) context.strokeText(glyph.character, 0, 0)
  }
}

/** How displays and plates draw: strokes as the font has them, on crystals with the shadow that they cast behind them. */
export function drawBearerStyle(random: Random, bearer: 'plate' | 'display'): InkStyle {
  const cast = bearer === 'display' && chance(random, 0.3)
  const [x, y] = [uniform(random, -0.05, 0.05), uniform(random, 0.01, 0.06)]
  return {
    weight: bearer === 'plate' ? uniform(random, 0, 0.02) : chance(random, 0.2) ? uniform(random, 0, 0.015) : 0,
    outline: 0,
    hollow: false,
    shadow: cast ? { x, y, kind: 'soft' } : undefined,
  }
}
