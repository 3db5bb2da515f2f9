/** What the container holds, laid out in a folder: the package as it is published, trimmed, read-only, of another user. */
import { spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { redisProgram, startRedis } from '../queue/redis-server.ts'
import { form } from './fake-app.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-layout-'))
const modules = join(folder, 'node_modules')
const safl = join(modules, 'safl')

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect([command, status, status === 0 ? '' : stderr]).toEqual([command, 0, ''])
  return stdout
}

beforeAll(async () => {
  run('npm', 'pack', '--pack-destination', folder)
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  await mkdir(safl, { recursive: true })
  run('tar', '-xzf', join(folder, tarball!), '-C', safl, '--strip-components=1')
  for (const name of await readdir('node_modules'))
    if (!name.startsWith('.')) await symlink(resolve('node_modules', name), join(modules, name))
  run('deploy/trim.sh', safl)
  run('chmod', '-R', 'a-w,a+rX', safl)
  await chmod(folder, 0o755)
})

test('both models, and neither trainer nor font', async () => {
  const files = await readdir(safl, { recursive: true })
  expect(files).toEqual(expect.arrayContaining(['models/tiny.safetensors', 'models/small.safetensors']))
  expect(
    files.filter((file) => /dist\/(train|synth|study|evaluate|loss)\b|\.(woff2?|ttf|otf)$|fonts/.test(file)),
  ).toEqual([])
})

/** As nobody where that can be, in a home that nothing can be written to. */
async function start(home: string, ...args: string[]) {
  const isRoot = process.getuid?.() === 0
  await mkdir(home, { mode: 0o555 })
  const child = spawn(process.execPath, [join(safl, 'dist/cli/main.js'), ...args], {
    cwd: home,
    env: { HOME: home, PATH: '/usr/bin:/bin' },
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  })
  let errors = ''
  child.stderr.on('data', (bytes) => {
    errors += bytes
  })
  const exit = new Promise<number | null>((ended) => child.on('exit', ended))
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { child, exit, errors: () => errors }
}

async function exitSign(): Promise<Buffer> {
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

test('serves, and ends with 0', async () => {
  const home = join(folder, 'home')
  const options = ['--port', '0', '--model', 'small', '--workers', '1', '--threads', '1']
  const { child, exit, errors } = await start(home, 'serve', ...options)
  const url = await new Promise<string>((found, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, url } = JSON.parse(line) as { msg: string; url: string }
      if (msg === 'listening') found(url)
    })
    void exit.then((code) => reject(new Error(`ended with ${code}: ${errors()}`)))
  })
  const answer = await fetch(`${url}/v1/recognize`, form({ 'exit.png': await exitSign() }))
  expect(await answer.json()).toMatchObject({ model: 'small', images: [{ name: 'exit.png', text: 'EXIT' }] })
  child.kill('SIGTERM')
  expect([await exit, errors()]).toEqual([0, ''])
  expect(await readdir(home)).toEqual([])
})

test.skipIf(redisProgram === null)('works for a queue, answers its probes, and ends with 0', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const images = join(folder, 'images')
  await mkdir(images)
  await writeFile(join(images, 'exit.png'), await exitSign())
  const [home, other] = [join(folder, 'worker'), join(folder, 'other')]
  const redis = ['--redis', server.address]
  const enqueued = await start(other, 'queue', 'enqueue', ...redis, '--run', 'one', '--bytes', images)
  expect([await enqueued.exit, enqueued.errors()]).toEqual([0, 'safl: run one: 1 images in 1 jobs\n'])
  const work = await start(home, 'queue', 'work', ...redis, '--concurrency', '1', '--threads', '1', '--port', '0')
  await expect.poll(work.errors, { timeout: 60_000 }).toContain('safl: answers at ')
  const [url] = /http:\S+/.exec(work.errors())!
  expect((await fetch(`${url}/ready`)).status).toBe(200)
  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  await expect.poll(metrics, { timeout: 60_000 }).toContain('bullmq_job_count{queue="safl", state="completed"} 1\n')
  const lines = join(folder, 'lines.jsonl')
  run(process.execPath, join(safl, 'dist/cli/main.js'), 'queue', 'collect', ...redis, '--run', 'one', lines)
  expect(JSON.parse(await readFile(lines, 'utf8'))).toMatchObject({ path: join(images, 'exit.png'), text: 'EXIT' })
  work.child.kill('SIGTERM')
  expect(await work.exit).toBe(0)
  expect(work.errors()).toContain('safl: 1 images were read\n')
  expect(await readdir(home)).toEqual([])
})

test('without the packages of the service, it says what to install', async () => {
  // In a folder of its own: modules are looked for in all folders above.
  const bare = join(await mkdtemp(join(tmpdir(), 'safl-bare-')), 'node_modules')
  await mkdir(bare)
  run('cp', '-r', safl, bare)
  for (const name of await readdir('node_modules'))
    if (!name.startsWith('.') && !['hono', '@hono', 'prom-client', 'pino'].includes(name))
      await symlink(resolve('node_modules', name), join(bare, name))
  const program = "import('safl').then(({ SceneTextRecognizer }) => console.log(typeof SceneTextRecognizer.load))"
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(bare, '..') })
  expect(stdout).toBe('function\n')
  const { status, stderr } = spawnSync(process.execPath, [join(bare, 'safl/dist/cli/main.js'), 'serve'], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect([status, stderr.trim()]).toEqual([
    1,
    'safl: safl serve needs hono, @hono/node-server, @hono/zod-openapi, prom-client and pino: npm install hono @hono/node-server @hono/zod-openapi prom-client pino',
  ])
})
