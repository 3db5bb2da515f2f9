import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.ts'
import { boxBlurPlane, gaussianBlur, motionBlur } from '../../src/synth/blur.ts'
import { createNoiseTable, photograph } from '../../src/synth/camera.ts'
import { addJpegArtefacts } from '../../src/synth/jpeg-artefacts.ts'
import { synthSettings } from '../../src/synth/settings.ts'

const settings = synthSettings.parse({}).camera
const WIDTH = 37
const HEIGHT = 21

/** A bright bar on a dark ground. */
function scene() {
  const data = new Float32Array(WIDTH * HEIGHT * 3).fill(40)
  for (let y = 6; y < 15; y++) {
    for (let x = 14; x < 18; x++) data.set([220, 180, 60], 3 * (y * WIDTH + x))
  }
  return { width: WIDTH, height: HEIGHT, data }
}

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0)
const distance = (first: Float32Array, second: Float32Array) =>
  Math.sqrt(first.reduce((total, value, index) => total + (value - second[index]!) ** 2, 0) / first.length)

describe('blur', () => {
  it('keeps the light of what lies inside the picture', () => {
    const image = scene()
    for (const blurred of [gaussianBlur(image, 1.4), motionBlur(image, [5, 1]), motionBlur(image, [5, 1], 2)]) {
      expect(sum(blurred.data) / sum(image.data)).toBeCloseTo(1, 4)
      expect(Math.max(...blurred.data)).toBeLessThan(220)
    }
  })

  it('is a sum of weighted neighbours, the border repeating, and may go into its own source', () => {
    const { width, height, data } = scene()
    const [deviation, radius] = [1.7, 5]
    const weights = Array.from({ length: 2 * radius + 1 }, (_, tap) =>
      Math.exp(-0.5 * ((tap - radius) / deviation) ** 2),
    )
    const whole = weights.reduce((total, weight) => total + weight, 0) ** 2
    const at = (x: number, y: number) =>
      data[3 * (Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))) + 2]!
    const blurred = gaussianBlur(scene(), deviation).data
    for (const [x, y] of [
      [0, 0],
      [13, 5],
      [16, 10],
      [36, 20],
    ] as const) {
      let expected = 0
      for (let down = -radius; down <= radius; down++)
        for (let right = -radius; right <= radius; right++)
          expected += (weights[down + radius]! * weights[right + radius]! * at(x + right, y + down)) / whole
      expect(blurred[3 * (y * width + x) + 2]).toBeCloseTo(expected, 3)
    }
    const image = scene()
    expect(gaussianBlur(image, deviation, image.data).data).toEqual(blurred)
  })

  it('spreads a point as a Gaussian of the radius it states', () => {
    const plane = new Float32Array(31 * 31)
    plane[15 * 31 + 15] = 1
    boxBlurPlane(plane, 31, 31, 2)
    let variance = 0
    for (let x = 0; x < 31; x++) for (let y = 0; y < 31; y++) variance += plane[y * 31 + x]! * (x - 15) ** 2
    expect(variance).toBeCloseTo(2 * 3, 3)
  })
})

describe('JPEG artefacts', () => {
  it('leave a flat picture flat and a fine one nearly as it was', () => {
    const flat = { width: WIDTH, height: HEIGHT, data: new Float32Array(WIDTH * HEIGHT * 3).fill(128) }
    addJpegArtefacts(flat, { quality: 10, phaseX: 3, phaseY: 5 })
    expect(Math.max(...flat.data)).toBeCloseTo(128, 3)
    const image = scene()
    image.data = image.data.map((_, index) => 128 + 60 * Math.sin(Math.floor(index / 3) / 9))
    const fine = { ...image, data: image.data.slice() }
    addJpegArtefacts(fine, { quality: 100, phaseX: 0, phaseY: 0 })
    expect(distance(fine.data, image.data)).toBeLessThan(1)
  })

  it('do more harm at lower quality', () => {
    const harm = [90, 50, 15].map((quality) => {
      const image = scene()
      addJpegArtefacts(image, { quality, phaseX: 2, phaseY: 1 })
      return distance(image.data, scene().data)
    })
    expect(harm[0]!).toBeLessThan(harm[1]!)
    expect(harm[1]!).toBeLessThan(harm[2]!)
    expect(harm[2]!).toBeLessThan(60)
  })
})

describe('photograph', () => {
  it('gives the same bytes for the same random numbers, and never loses the bar for good', () => {
    const noise = createNoiseTable()
    let seen = 0
    for (let seed = 0; seed < 60; seed++) {
      const first = photograph(createRandom(seed), scene(), { inkHeight: 20, noise, settings })
      expect(photograph(createRandom(seed), scene(), { inkHeight: 20, noise, settings })).toEqual(first)
      const at = (x: number, y: number) => first.data[3 * (y * WIDTH + x) + 1]!
      if (at(16, 10) > at(3, 10) + 10) seen++
    }
    expect(seen).toBeGreaterThan(50)
  })
})
