import { existsSync } from 'node:fs'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.ts'
import { createFontSource } from '../../src/synth/fonts.ts'
import { renderInk } from '../../src/synth/ink.ts'
import { layoutWord } from '../../src/synth/layout.ts'
import { synthSettings } from '../../src/synth/settings.ts'

const settings = synthSettings.parse({}).layout
const PLAIN = { weight: 0, outline: 0, hollow: false, shadow: undefined } as const

/** Whether (x, y) lies in a convex quadrilateral given by eight numbers, grown by `slack` on every side. */
function isInside(quad: readonly number[], x: number, y: number, slack: number): boolean {
  let [positive, negative] = [true, true]
  for (let corner = 0; corner < 4; corner++) {
    const [ax, ay] = [quad[2 * corner]!, quad[2 * corner + 1]!]
    const [bx, by] = [quad[(2 * corner + 2) % 8]!, quad[(2 * corner + 3) % 8]!]
    const side = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / (Math.hypot(bx - ax, by - ay) + 1e-9)
    positive &&= side >= -slack
    negative &&= side <= slack
  }
  return positive || negative
}

describe.skipIf(!existsSync('fonts/node_modules'))('layout', () => {
  const fonts = createFontSource('fonts/node_modules')
  const context = createCanvas(320, 128).getContext('2d')

  it('puts every quadrilateral on its character: ink lies inside them, and each that shows has ink', () => {
    let [inside, total] = [0, 0]
    let [inked, shown] = [0, 0]
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed)
      const text = ['Restaurant', 'OPEN', 'Qty', '12:45', 'AHXZ'][seed % 5]!
      const face = fonts.draw(random, text)
      const whole = layoutWord(random, { text, face, settings, neighbour: () => ({ text: 'neighbour', face }) })
      const layout = { ...whole, neighbours: [], rules: [] }
      const { width, height } = layout
      const masks = renderInk(context, layout, PLAIN)
      const quads = [...text].map((_, character) =>
        Array.from(layout.characterQuads.slice(character * 8, character * 8 + 8), (value, index) =>
          index % 2 === 0 ? value * width : value * height,
        ),
      )
      const found = quads.map(() => 0)
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const ink = masks[4 * (y * width + x)]! / 255
          if (ink === 0) continue
          total += ink
          const at = quads.map((quad) => isInside(quad, x + 0.5, y + 0.5, 1))
          if (at.includes(true)) inside += ink
          at.forEach((is, index) => {
            if (is) found[index]! += ink
          })
        }
      }
      quads.forEach((quad, index) => {
        const centreX = (quad[0]! + quad[2]! + quad[4]! + quad[6]!) / 4
        const centreY = (quad[1]! + quad[3]! + quad[5]! + quad[7]!) / 4
        if (centreX < 1 || centreX > width - 1 || centreY < 1 || centreY > height - 1) return
        shown++
        if (found[index]! > 0.3) inked++
      })
    }
    expect(inside / total).toBeGreaterThan(0.985)
    expect(inked / shown).toBeGreaterThan(0.995)
  })
})
