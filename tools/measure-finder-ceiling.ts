/**
 * What a finder whose maps are right in every place would reach: how much the maps' coarseness and the way from them to
 * quadrilaterals cost, by the size at which photographs are searched.
 *
 *   npx tsx tools/measure-finder-ceiling.ts [DIR] [--scales 0.67,1,1.33] [--shrink 0.5]
 *
 * DIR is a folder of marked photographs; ICDAR 2015's training photographs unless given.
 */
import { parseArgs } from 'node:util'
import { drawKernels } from '../src/data/kernel-map.ts'
import { openPhotographs, readPhotographWords } from '../src/data/photographs.ts'
import { detectionScores, type PhotographResult } from '../src/evaluate/detection.ts'
import { wordsInMaps } from '../src/find/words-in-maps.ts'
import { intersectionOverUnion } from '../src/image/polygon.ts'
import { MAP_STRIDE } from '../src/model/finder.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scales: { type: 'string', default: '0.67,1,1.33' }, shrink: { type: 'string', default: '0.5' } },
})
const [folder = '../shared/data/photographs/icdar2015-train'] = positionals
const kernelShrink = Number(values.shrink)
const { photographs } = await openPhotographs({ path: folder, weight: 1 })
for (const scale of values.scales.split(',').map(Number)) {
  const results: PhotographResult[] = []
  const overlaps: number[] = []
  let milliseconds = 0
  for (const file of photographs) {
    const words = (await readPhotographWords(file)).map((word) => {
      const [a, b, c, d] = word.quadrilateral.map(([x, y]) => [x * scale, y * scale] as const)
      return { ...word, quadrilateral: [a!, b!, c!, d!] as const }
    })
    const far = words.flatMap(({ quadrilateral }) => quadrilateral)
    const side = (axis: 0 | 1) =>
      MAP_STRIDE * Math.ceil(Math.max(MAP_STRIDE, ...far.map((corner) => corner[axis])) / MAP_STRIDE)
    const size = { width: side(0), height: side(1) }
    // Regions that do not count are drawn as words: a finder cannot know that nobody cares.
    const drawn = drawKernels(
      words.map((word) => ({ ...word, ignored: false })),
      size,
      { kernelShrink, leastHeight: 0 },
    )
    const kernels = Float32Array.from(drawn.kernels, (place) => (place === 1 ? 0.95 : 0.01))
    const maps = {
      width: size.width / MAP_STRIDE,
      height: size.height / MAP_STRIDE,
      kernels,
      widening: drawn.distances,
    }
    const started = performance.now()
    const found = wordsInMaps(maps)
    milliseconds += performance.now() - started
    results.push({ words, found })
    for (const { quadrilateral, ignored } of words)
      if (!ignored)
        overlaps.push(Math.max(0, ...found.map((each) => intersectionOverUnion(each.quadrilateral, quadrilateral))))
  }
  const { recall, precision, hMean } = detectionScores(results)
  overlaps.sort((a, b) => a - b)
  console.log(
    `scale ${scale}: recall ${percent(recall)}, precision ${percent(precision)}, h-mean ${percent(hMean)}; median IoU ${percent(overlaps[overlaps.length >> 1] ?? 0)}; ${(milliseconds / photographs.length).toFixed(2)} ms a photograph`,
  )
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
