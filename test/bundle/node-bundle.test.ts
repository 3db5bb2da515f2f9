/** Programs for Node in one file, as esbuild makes them: the package's files are found, or said to be missing, when loading. */
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'

const folder = await mkdtemp(join(tmpdir(), 'safl-bundle-'))
/** What no bundle can hold. */
const external = ['onnxruntime-node', 'sharp', '@napi-rs/canvas']
const crop = join(folder, 'crop.png')

beforeAll(async () => {
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">EXIT</text></svg>`
  await writeFile(crop, await sharp(Buffer.from(svg)).png().toBuffer())
  await mkdir(join(folder, 'source'))
  await writeFile(
    join(folder, 'source/program.ts'),
    `import { SceneTextRecognizer } from '${resolve('src/index.ts')}'
    async function read(): Promise<void> {
      const recognizer = await SceneTextRecognizer.load(JSON.parse(process.argv[2]!))
      console.log((await recognizer.recognize(process.argv[3]!)).text)
      await recognizer.dispose()
    }
    read().catch((error) => { console.error(error.message); process.exitCode = 1 })`,
  )
})

describe.each(['esm', 'cjs'] as const)('%s', (format) => {
  const place = join(folder, format)
  const file = join(place, `dist/bundled/program.${format === 'esm' ? 'mjs' : 'cjs'}`)
  const run = (options: object) => {
    const { stdout, stderr } = spawnSync(process.execPath, [file, JSON.stringify(options), crop], {
      encoding: 'utf8',
      cwd: place,
    })
    return { stdout, stderr }
  }

  beforeAll(async () => {
    await build({
      entryPoints: [join(folder, 'source/program.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format,
      external,
      // Of CommonJS it warns that a file does not know its address.
      logLevel: 'error',
    })
    await mkdir(join(place, 'node_modules'))
    for (const name of ['onnxruntime-node', 'onnxruntime-common', 'sharp', '@napi-rs'])
      await symlink(resolve('node_modules', name), join(place, 'node_modules', name))
  })

  test('without the package beside it, the error says where it looked', () => {
    const { stdout, stderr } = run({ model: 'small' })
    expect(stdout).toBe('')
    expect(stderr).toContain('small.safetensors, which comes with the package safl, is at none of ')
    for (const path of ['dist/bundled/models/small.safetensors', 'dist/bundled/node_modules/safl', 'node_modules/safl'])
      expect(stderr).toContain(join(place, path))
    const words = run({ model: resolve('models/tiny.safetensors') })
    expect([words.stdout, words.stderr]).toEqual(['', expect.stringMatching(/^words\.txt, which comes .* words: null/)])
    expect(run({ model: resolve('models/tiny.safetensors'), words: null })).toEqual({ stdout: 'EXIT\n', stderr: '' })
  })

  test('other weights in their place are not read', async () => {
    const models = join(place, 'dist/bundled/models')
    await mkdir(models)
    await copyFile('models/small.safetensors', join(models, 'tiny.safetensors'))
    const { stdout, stderr } = run({})
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('these are not the weights of tiny')])
    // The copies that belong there are.
    await copyFile('models/tiny.safetensors', join(models, 'tiny.safetensors'))
    await copyFile('models/words.txt', join(models, 'words.txt'))
    expect(run({})).toEqual({ stdout: 'EXIT\n', stderr: '' })
  })

  test('with the package installed beside it, both models read', async () => {
    await symlink(resolve('.'), join(place, 'node_modules/safl'))
    expect(run({ model: 'small' })).toEqual({ stdout: 'EXIT\n', stderr: '' })
  })
})
