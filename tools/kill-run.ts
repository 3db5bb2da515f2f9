/**
 * Kills a training run at random moments, resumes it each time, and compares its end with that of a run left alone.
 *
 *   npx tsx tools/kill-run.ts [--kills 50] [--steps 400] [--seed 1]
 *
 * Prints how often and when it killed; exits with 1 if a single bit of the weights, moments, averages or of any logged
 * loss differs.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { createDataset } from '../src/data/write-dataset.ts'
import { parseSafetensors } from '../src/model/safetensors.ts'
import { createRandom } from '../src/random.ts'
import type { LogRecord } from '../src/train/log-record.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    steps: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
  },
})
const random = createRandom(Number(values.seed))
const folder = await mkdtemp(join(tmpdir(), 'safl-kill-'))
const words = join(folder, 'words', 'labels.tsv')
const writer = await createDataset({ kind: 'tsv', path: words })
for (let index = 0; index < 20; index++) {
  const background = { r: 12 * index, g: 255 - 12 * index, b: 100 }
  const bytes = await sharp({ create: { width: 60, height: 20, channels: 3, background } })
    .png()
    .toBuffer()
  await writer.add({ label: `W${index}`, bytes })
}
await writer.finish()

const settings = [
  'model.rectifier.channels=[4,4,4,4,4,4]',
  'model.rectifier.hidden=8',
  'model.backbone.stem=4',
  'model.backbone.widths=[4,4,8,8,16]',
  'model.backbone.blocks=[1,1,1,1,1]',
  'model.transformer={"width":16,"heads":2,"feedForward":16,"encoderLayers":1,"decoderLayers":1,"dropout":0.1,"positionDropout":0.1}',
  'training.batchSize=4',
  'training.lengths=[8]',
  `training.steps=${values.steps}`,
  'training.warmup=10',
  'training.columnWeight=0',
  'training.validationSteps=50',
  'training.checkpointSeconds=0.02',
]

/** Trains to the end, or until it is killed; gives whether it came to its end. */
function trainRun(run: string, { resume, killAfter }: { resume: boolean; killAfter: number | null }): Promise<boolean> {
  const args = ['--import', 'tsx', 'src/cli/main.ts', 'train', '--run', run]
  const chosen = ['--no-synth', '--data', `tsv:${words}`, ...settings.flatMap((setting) => ['--set', setting])]
  const choice = resume ? ['--resume'] : chosen
  const child = spawn(process.execPath, [...args, ...choice], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString()
  })
  const timer = killAfter === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfter)
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => {
      if (timer) clearTimeout(timer)
      if (signal === 'SIGKILL') resolve(false)
      else if (code === 0) resolve(true)
      else reject(new Error(`the run ended with ${code}: ${said.slice(-500)}`))
    })
  })
}

async function read(run: string) {
  const checkpoint = await readFile(join(run, 'checkpoint.safetensors')).catch(() => null)
  const log = await readFile(join(run, 'log.jsonl'), 'utf8').catch(() => '')
  return { checkpoint: checkpoint && parseSafetensors(checkpoint), log }
}

const [alone, killed] = [join(folder, 'alone'), join(folder, 'killed')]
const started = performance.now()
let firstSave = 0
const watch = setInterval(() => {
  if (firstSave === 0 && existsSync(join(alone, 'checkpoint.safetensors'))) firstSave = performance.now() - started
}, 20)
await trainRun(alone, { resume: false, killAfter: null })
clearInterval(watch)
const whole = performance.now() - started
console.log(
  `left alone: ${values.steps} steps in ${(whole / 1000).toFixed(1)} s, saved first after ${(firstSave / 1000).toFixed(1)} s`,
)

let [kills, saves, ended] = [0, 0, false]
while (!ended) {
  const resume = (await read(killed)).checkpoint !== null
  if (resume) saves++
  // From before its first save to well within its steps.
  const killAfter = kills < Number(values.kills) ? (0.5 + 1.5 * random()) * firstSave : null
  ended = await trainRun(killed, { resume, killAfter })
  if (ended && kills < Number(values.kills)) console.log(`it came to its end after ${kills} kills: give more --steps`)
  if (!ended) kills++
}
console.log(`${kills} kills, ${saves} times resumed from a checkpoint`)

const [a, b] = [await read(alone), await read(killed)]
const differing: string[] = []
for (const [name, { data }] of a.checkpoint!.tensors) {
  const other = b.checkpoint!.tensors.get(name)!.data
  if (data.some((value, index) => !Object.is(value, other[index]))) differing.push(name)
}
const losses = (log: string) =>
  log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogRecord)
    .map((record) => ('accuracy' in record ? `${record.step}: ${record.accuracy}` : `${record.step}: ${record.norm}`))
const [wanted, found] = [losses(a.log), losses(b.log)]
for (const line of wanted) if (!found.includes(line)) differing.push(`log ${line}`)
console.log(differing.length === 0 ? 'no difference' : `different: ${differing.join(', ')}`)
process.exitCode = differing.length === 0 ? 0 : 1
