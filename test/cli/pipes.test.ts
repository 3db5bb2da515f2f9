/** What is printed goes to programs that may have read enough. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const node = ['--import', 'tsx', 'src/cli/main.ts']
const labels = join(folder, 'labels.tsv')

beforeAll(async () => {
  const picture = sharp({ create: { width: 60, height: 20, channels: 3, background: 'white' } })
  await picture.png().toFile(join(folder, 'a.png'))
  await writeFile(labels, 'a.png\tEXIT\n'.repeat(40))
})

test.each([
  '--help',
  'recognize --help',
  'completion bash',
  'inspect --tensors',
  'evaluate --wrong --batch 1 --data tsv:LABELS',
  'data check tsv:LABELS',
  'data stats tsv:LABELS',
])('safl %s | head -n 1 ends quietly', async (args) => {
  const complaints = join(folder, 'complaints')
  const command = `"${process.execPath}" ${node.join(' ')} ${args.replace('LABELS', labels)} 2>${complaints} | head -n 1; echo "\${PIPESTATUS[0]}" >&2`
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
  expect(stdout.split('\n')).toHaveLength(2)
  expect(await readFile(complaints, 'utf8')).not.toMatch(/EPIPE|Error|^\s+at /m)
  // The samples of the set are copies of each other, which `data check` complains of.
  expect(stderr.trim()).toMatch(args.startsWith('data check') ? /^[01]$/ : /^0$/)
})

test('training whose messages nobody reads any more saves and ends', async () => {
  const run = join(folder, 'run')
  const settings = ['batchSize=2', 'replicas=1', 'steps=100000', 'lengths=[8]', 'warmup=1', 'validationSteps=0']
  const child = spawn(process.execPath, [
    ...[...node, 'train', '--preset', 'mini', '--run', run, '--no-synth', '--data', `tsv:${labels}`],
    ...settings.flatMap((setting) => ['--set', `training.${setting}`]),
  ])
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
    // After the first step.
    if (/step 1\/100000/.test(said)) child.stderr.destroy()
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...ended) => resolve(ended)),
  )
  expect([code, signal]).toEqual([0, null])
  expect(existsSync(join(run, 'checkpoint.safetensors'))).toBe(true)
  expect(existsSync(join(run, 'weights.safetensors'))).toBe(true)
  const page = await readFile(join(run, 'progress.html'), 'utf8')
  expect(page).toMatch(/<h1>Training run<\/h1>[\s\S]*mini, [\d,]+ parameters, from scratch[\s\S]*<h2>Losses<\/h2>/)
})
