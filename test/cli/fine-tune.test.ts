import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import { beforeAll, expect, test } from 'vitest'
import { parseWeights } from '../../src/model/weights-file.ts'
import type { LogRecord, ValidationRecord } from '../../src/train/log-record.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const root = fileURLToPath(new URL('../..', import.meta.url))

const words = ['Café', '12€', 'Thé', 'Purée', '5€', 'Rosé', 'Crème', '40€', 'Entrée', 'Soufflé', '7€', 'Pâté']

/** The guide's commands, in its order. */
async function commands(): Promise<string[][]> {
  const guide = await readFile(join(root, 'docs/fine-tuning.md'), 'utf8')
  return [...guide.matchAll(/^npx safl (.*)$/gm)].map(([, line]) =>
    [...line!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
  )
}

async function safl(args: readonly string[]): Promise<string> {
  const source = ['--import', import.meta.resolve('tsx'), join(root, 'src/cli/main.ts')]
  const { stdout } = await promisify(execFile)(process.execPath, [...source, ...args], { cwd: root })
  return stdout
}

beforeAll(async () => {
  await mkdir(join(folder, 'menu'))
  const family = join(root, 'fonts/node_modules/@fontsource/roboto/files/roboto-latin-400-normal.woff2')
  GlobalFonts.registerFromPath(family, 'Menu')
  const lines: string[] = []
  for (let index = 0; index < 2 * words.length; index++) {
    const word = words[index % words.length]!
    const canvas = createCanvas(40 + 26 * word.length, 56)
    const context = canvas.getContext('2d')
    context.fillStyle = index < words.length ? '#fff' : '#fd6'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.fillStyle = '#222'
    context.font = '44px Menu'
    context.fillText(word, 12, 44, canvas.width - 24)
    await writeFile(join(folder, `menu/${index}.png`), canvas.toBuffer('image/png'))
    lines.push(`${index}.png\t${word}\n`)
  }
  await writeFile(join(folder, 'menu/labels.tsv'), lines.join(''))
})

test("the guide's commands, at toy size: the new characters are read", { timeout: 600_000 }, async () => {
  const toy = [
    'training.steps=60',
    'training.batchSize=16',
    'training.learningRate=0.001',
    'training.validationSteps=20',
  ]
  const further = 'éâèç€'
  const outputs = new Map<string, string>()
  for (const [verb, ...rest] of await commands()) {
    const args = rest.map((each) => each.replace('é€', further).replace(/(?<=^|:)(menu|runs)\//, `${folder}/$1/`))
    const small = verb === 'train' ? toy.flatMap((setting) => ['--set', setting]) : []
    outputs.set(verb!, await safl([verb!, ...args, ...small]))
  }
  expect([...outputs.keys()]).toEqual(['data', 'train', 'evaluate', 'recognize', 'export'])
  expect(outputs.get('data')).toContain('24 samples, 24 good')
  const weights = join(folder, 'runs/menu/weights.safetensors')
  expect((await parseWeights(await readFile(weights))).settings.furtherCharacters).toBe(further)
  // The best weights are those that read all characters best: as the log says, so they read.
  const log = (await readFile(join(folder, 'runs/menu/log.jsonl'), 'utf8')).trim().split('\n')
  const validations = log
    .map((line) => JSON.parse(line) as LogRecord)
    .filter((record): record is ValidationRecord => 'accuracy' in record)
  expect(validations.map(({ step, view }) => [step, view])).toEqual([
    [20, 'all'],
    [40, 'all'],
    [60, 'all'],
  ])
  const best = Math.max(...validations.map(({ accuracy }) => accuracy))
  expect(best).toBe(1)
  const oneLook = ['--no-second-look', '--split', 'validation', '--charset', '94', '--json']
  const bestWeights = join(folder, 'runs/menu/best.safetensors')
  const labels = `tsv:${folder}/menu/labels.tsv`
  const evaluated = JSON.parse(await safl(['evaluate', '--model', bestWeights, '--data', labels, ...oneLook])) as object
  expect(evaluated).toMatchObject({ words: 5, accuracy: best })
  const files = words.slice(1, 5).map((_, index) => join(folder, `menu/${index + 1}.png`))
  for (const model of [weights, join(folder, 'runs/menu/menu.onnx')]) {
    const read = (await safl(['recognize', '--model', model, '--format', 'jsonl', ...files]))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text)
    expect(read).toEqual(words.slice(1, 5))
  }
})
