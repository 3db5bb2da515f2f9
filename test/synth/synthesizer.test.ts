import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { CHARACTERS } from '../../src/charset.ts'
import { createSynthesizer, type Synthesizer } from '../../src/synth/synthesizer.ts'

const fontFolder = 'fonts/node_modules'
const lexiconFile = '../shared/data/lexicon-90k.txt'

describe.skipIf(!existsSync(fontFolder))('synthesizer', () => {
  let synthesizer: Synthesizer

  beforeAll(async () => {
    synthesizer = await createSynthesizer({ fontFolder, ...(existsSync(lexiconFile) ? { lexiconFile } : {}) })
  })

  it('gives the same bytes for the same seed, whatever was drawn between, and in a second engine', async () => {
    const first = synthesizer.sample(7)
    for (let seed = 100; seed < 130; seed++) synthesizer.sample(seed)
    expect(synthesizer.sample(7)).toEqual(first)
    const other = await createSynthesizer({ fontFolder, ...(existsSync(lexiconFile) ? { lexiconFile } : {}) })
    expect(other.sample(7)).toEqual(first)
    expect(synthesizer.sample(8).image.data).not.toEqual(first.image.data)
  })

  it('labels are of the charset, and every character has a quadrilateral on its ink', () => {
    let inside = 0
    let characters = 0
    let advancing = 0
    for (let seed = 1000; seed < 1300; seed++) {
      const { image, text, characterQuads } = synthesizer.sample(seed)
      expect(image.data.length).toBe(image.width * image.height * 3)
      expect(image.height).toBeLessThanOrEqual(176)
      expect(image.width).toBeLessThanOrEqual(768)
      expect(text.length).toBeGreaterThanOrEqual(1)
      expect(text.length).toBeLessThanOrEqual(32)
      for (const character of text) expect(`${CHARACTERS} `).toContain(character)
      expect(characterQuads.length).toBe(8 * text.length)
      expect(characterQuads.every(Number.isFinite)).toBe(true)
      let before = -Infinity
      for (let quad = 0; quad < characterQuads.length; quad += 8) {
        const [x0, y0, x1, y1, x2, y2, x3, y3] = characterQuads.slice(quad, quad + 8) as unknown as [
          number,
          number,
          number,
          number,
          number,
          number,
          number,
          number,
        ]
        const x = (x0 + x1 + x2 + x3) / 4
        const y = (y0 + y1 + y2 + y3) / 4
        characters++
        if (x > 0 && x < 1 && y > 0 && y < 1) inside++
        if (x > before) advancing++
        before = x
      }
    }
    expect(inside / characters).toBeGreaterThan(0.995)
    // Letters one above another do not advance.
    expect(advancing / characters).toBeGreaterThan(0.98)
  })

  it('knows the edges of every word: all ink of its letters lies between them, nearly', () => {
    let [inside, total] = [0, 0]
    for (let seed = 2000; seed < 2150; seed++) {
      const { characterQuads, outline, image } = synthesizer.sample(seed)
      if (outline === null) continue
      expect(outline).toHaveLength(40)
      // The outline as a polygon: the upper edge, then the lower one backwards. Letters' corners may touch it.
      const corners = Array.from({ length: 20 }, (_, index) => {
        const point = index < 10 ? index : 29 - index
        return [outline[2 * point]! * image.width, outline[2 * point + 1]! * image.height] as const
      })
      for (let quad = 0; quad < characterQuads.length; quad += 8) {
        let [x, y] = [0, 0]
        for (let corner = 0; corner < 8; corner += 2) {
          x += (characterQuads[quad + corner]! * image.width) / 4
          y += (characterQuads[quad + corner + 1]! * image.height) / 4
        }
        let crossings = 0
        for (const [index, [ax, ay]] of corners.entries()) {
          const [bx, by] = corners[(index + 1) % corners.length]!
          if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) crossings++
        }
        total++
        if (crossings % 2 === 1) inside++
      }
    }
    expect(inside / total).toBeGreaterThan(0.98)
  })

  it('honours limits of length', () => {
    for (const [minimumLength, maximumLength] of [
      [1, 1],
      [2, 3],
      [8, 13],
      [14, 25],
      [25, 25],
      [32, 32],
    ] as const) {
      for (let seed = 0; seed < 40; seed++) {
        const { text } = synthesizer.sample(seed, { minimumLength, maximumLength })
        expect(text.length).toBeGreaterThanOrEqual(minimumLength)
        expect(text.length).toBeLessThanOrEqual(maximumLength)
      }
    }
  })

  it('never gives a blank picture', () => {
    for (let seed = 5000; seed < 5200; seed++) {
      const { image } = synthesizer.sample(seed)
      let [least, most] = [255, 0]
      for (const value of image.data) {
        least = Math.min(least, value)
        most = Math.max(most, value)
      }
      expect(most - least).toBeGreaterThan(15)
    }
  })
})

describe('missing files', () => {
  it('names a font folder that is not there', async () => {
    await expect(createSynthesizer({ fontFolder: 'no/such/folder' })).rejects.toThrow(/fonts folder no\/such\/folder/)
  })

  it('names a folder without fonts and says what would do', async () => {
    await expect(createSynthesizer({ fontFolder: 'src/synth' })).rejects.toThrow(
      /src\/synth: no font files found; name a folder of \.ttf/,
    )
  })

  it('names a lexicon that is not there', async () => {
    await expect(createSynthesizer({ fontFolder, lexiconFile: 'no-words.txt' })).rejects.toThrow(
      /lexicon no-words\.txt/,
    )
  })
})
