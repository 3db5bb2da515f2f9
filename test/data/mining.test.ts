import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { openCropReader } from '../../src/data/mining.ts'
import { fit } from '../../src/image/fit.ts'
import { ctcGraph } from '../../src/model/recognizer-graph.ts'
import { readWeightsFile } from '../../src/recognize/weights-source.ts'
import { writeModel } from '../../src/tensor/index.ts'

/** A crop as training shows it. */
function drawCrop(text: string) {
  const family = new URL(
    '../../fonts/node_modules/@fontsource/roboto/files/roboto-latin-400-normal.woff2',
    import.meta.url,
  )
  GlobalFonts.registerFromPath(family.pathname, 'Sign')
  const canvas = createCanvas(160, 50)
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, 160, 50)
  context.fillStyle = '#124'
  context.font = '40px Sign'
  context.fillText(text, 20, 40, 120)
  const { data } = context.getImageData(0, 0, 160, 50)
  const rgb = data.filter((_, index) => index % 4 < 3)
  return fit({ width: 160, height: 50, data: Uint8Array.from(rgb) }, { width: 256, height: 64, leastAspect: 0 })
}

test('what is read right and surely is easy; what is read otherwise than its label is not, nor what cannot be read', async () => {
  const { settings, weights } = await readWeightsFile({ model: 'tiny' })
  const { furtherCharacters } = settings
  const read = await openCropReader({ model: writeModel(ctcGraph(settings, weights)), furtherCharacters })
  const [taxi, noise] = [drawCrop('TAXI'), drawCrop('')]
  const grey = { ...taxi, data: taxi.data.map((value) => 128 + (value - 128) / 60) }
  const crops = [
    { image: taxi, text: 'TAXI' },
    { image: taxi, text: 'TAXl' },
    { image: taxi, text: 'taxi' },
    { image: grey, text: 'TAXI' },
    { image: noise, text: 'TAXI' },
  ]
  expect(await read(crops)).toEqual([true, false, false, false, false])
})
