/**
 * What a program in Node feels of the recogniser: how long its thread waits while words are read, what 200 calls at once
 * take beside one call for all, how long the first word takes, and the memory of many photographs.
 *
 *   npm run bench:node -- [--model tiny] [--data KIND:PATH]
 *
 * The first word and the memory are those of processes of their own, from the built package.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs, promisify } from 'node:util'
import sharp from 'sharp'
import { openDataset, parseDataSpec } from '../src/data/dataset.ts'
import type { RgbImage } from '../src/image/image.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    data: { type: 'string', default: 'tsv:../shared/data/words/icdar2015/validation.tsv' },
  },
})
const { model } = values
const CALLS = 200
const CLIENTS = 64
const ROUNDS = 3

const dataset = await openDataset(parseDataSpec(values.data))
const images: RgbImage[] = []
for (let index = 0; index < Math.min(CALLS, dataset.length); index++) images.push(await dataset.image(index))
await dataset.close()

for (const worker of [true, false]) {
  const recognizer = await SceneTextRecognizer.load({ model, worker })
  const times = { together: [] as number[], atOnce: [] as number[] }
  await recognizer.recognizeAll(images.slice(0, 20))
  for (let round = 0; round < ROUNDS; round++) {
    times.together.push(await timed(() => recognizer.recognizeAll(images)))
    times.atOnce.push(await timed(() => Promise.all(images.map((image) => recognizer.recognize(image)))))
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const waiting = images.values()
  const client = async () => {
    for (const image of waiting) await recognizer.recognize(image)
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  delay.disable()
  const [together, atOnce] = [Math.min(...times.together), Math.min(...times.atOnce)]
  console.log(
    `${worker ? 'worker' : "the caller's thread"}: recognizeAll of ${images.length} ${together.toFixed(0)} ms, ${images.length} calls at once ${atOnce.toFixed(0)} ms (${(atOnce / together).toFixed(2)}); ${CLIENTS} clients: the thread waits ${(delay.percentile(50) / 1e6).toFixed(1)} ms at the median, ${(delay.max / 1e6).toFixed(0)} ms at most`,
  )
  await recognizer.dispose()
}

const folder = await mkdtemp(join(tmpdir(), 'safl-bench-'))
try {
  const word = join(folder, 'word.png')
  await save(images[0]!, word)
  const first = `const started = performance.now()
    const { SceneTextRecognizer } = await import('safl')
    const recognizer = await SceneTextRecognizer.load({ model: '${model}' })
    await recognizer.recognize('${word}')
    console.log(performance.now() - started)`
  const cold = []
  for (let round = 0; round < 5; round++) cold.push(Number(await runApart(first)))
  console.log(`first word of a process: ${cold.map((time) => time.toFixed(0)).join(', ')} ms after the first import`)
  const noise = {
    create: {
      width: 4000,
      height: 3000,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  } as const
  const photograph = join(folder, 'photograph.jpg')
  await sharp(noise).jpeg().toFile(photograph)
  const many = `const { SceneTextRecognizer } = await import('safl')
    const recognizer = await SceneTextRecognizer.load({ model: '${model}' })
    await recognizer.recognizeAll(Array(40).fill('${photograph}'), { secondLook: false })
    console.log(process.resourceUsage().maxRSS)`
  console.log(
    `40 photographs of 12 megapixels: ${(Number(await runApart(many)) / 1024).toFixed(0)} MB resident at most`,
  )
} finally {
  await rm(folder, { recursive: true })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function save({ width, height, data }: RgbImage, path: string): Promise<void> {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path)
}

/** What a program prints, run in the package's own folder, where its name finds it. */
async function runApart(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  return stdout
}
