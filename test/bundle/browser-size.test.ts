/** What a page must load of scripts, beside the runtime's, as esbuild bundles it; nothing of it is zod. */
import { resolve } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { expect, test } from 'vitest'

interface Bundle {
  readonly outputs: Metafile['outputs']
  /** The file that the entry became. */
  readonly main: string
}

async function bundle(entry: string): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [resolve(entry)],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    outdir: 'out',
    external: ['onnxruntime-web'],
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const { inputs, outputs } = metafile
  expect(Object.keys(inputs).filter((path) => path.includes('node_modules/zod'))).toEqual([])
  const [main] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry)!
  return { outputs, main }
}

/** Bytes that come with a file: what it imports, without what it imports only when that is needed. */
function bytesOf(file: string, outputs: Bundle['outputs'], seen = new Set<string>()): number {
  if (seen.has(file)) return 0
  seen.add(file)
  const { bytes, imports } = outputs[file]!
  const loaded = imports.filter(({ kind, external }) => kind === 'import-statement' && !external)
  return loaded.reduce((sum, { path }) => sum + bytesOf(path, outputs, seen), bytes)
}

test('the page itself loads little: workers, or it if there are none, load the rest', async () => {
  const { main, outputs } = await bundle('src/browser.ts')
  expect(bytesOf(main, outputs)).toBeLessThanOrEqual(32_000)
})

test.each([
  ['a worker that reads words', 'src/recognize/browser-worker.ts', 120_000],
  ['a worker that reads photographs', 'src/read/browser-reader-worker.ts', 156_000],
  ['a page that reads words in its own thread', 'src/recognize/browser-recognizer.ts', 131_000],
])('%s, all in all', async (_, entry, most) => {
  const { outputs } = await bundle(entry)
  expect(Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(most)
})
