/** What a page must load of scripts, beside the runtime's: as esbuild bundles it, all in one file. */
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const MOST_BYTES = 125_000

test.each(['src/recognize/browser-recognizer.ts', 'src/recognize/browser-worker.ts'])(
  '%s is small, and without zod',
  async (entry) => {
    const { outputFiles, metafile } = await build({
      entryPoints: [resolve(entry)],
      bundle: true,
      minify: true,
      format: 'esm',
      external: ['onnxruntime-web'],
      write: false,
      metafile: true,
      logLevel: 'error',
    })
    expect(outputFiles).toHaveLength(1)
    expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules/zod'))).toEqual([])
    expect(outputFiles[0]!.contents.length).toBeLessThanOrEqual(MOST_BYTES)
  },
)
