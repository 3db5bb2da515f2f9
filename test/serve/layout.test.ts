/** What the container holds, laid out in a folder: the package as it is published, trimmed, read-only, of another user. */
import { spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
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

test('serves, as nobody where that can be, and ends with 0', async () => {
  const isRoot = process.getuid?.() === 0
  const home = join(folder, 'home')
  await mkdir(home, { mode: 0o555 })
  const command = [
    join(safl, 'dist/cli/main.js'),
    'serve',
    '--port',
    '0',
    '--model',
    'small',
    '--workers',
    '1',
    '--threads',
    '1',
  ]
  const child = spawn(process.execPath, command, {
    cwd: home,
    env: { HOME: home, PATH: '/usr/bin:/bin' },
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  })
  let errors = ''
  child.stderr.on('data', (bytes) => {
    errors += bytes
  })
  const exit = new Promise<number | null>((ended) => child.on('exit', ended))
  const url = await new Promise<string>((found, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, url } = JSON.parse(line) as { msg: string; url: string }
      if (msg === 'listening') found(url)
    })
    void exit.then((code) => reject(new Error(`ended with ${code}: ${errors}`)))
  })
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`
  const png = await sharp(Buffer.from(svg)).png().toBuffer()
  const answer = await fetch(`${url}/v1/recognize`, form({ 'exit.png': png }))
  expect(await answer.json()).toMatchObject({ model: 'small', images: [{ name: 'exit.png', text: 'EXIT' }] })
  child.kill('SIGTERM')
  expect([await exit, errors]).toEqual([0, ''])
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
