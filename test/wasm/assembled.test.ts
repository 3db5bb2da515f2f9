/** The bytes in the repository are those of the text beside them. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { assembleKernels } from '../../tools/assemble-kernels.ts'

test('WebAssembly text assembles to exactly the bytes that stand beside it', async () => {
  const assembled = await assembleKernels()
  expect(assembled.map(({ path }) => path.replace(/^.*\/src\//, ''))).toEqual([
    'image/resize-wasm.ts',
    'synth/convolution-wasm.ts',
    'train/vector-kernel-wasm.ts',
  ])
  // Another one: `npm run assemble`.
  for (const { path, code } of assembled) expect(await readFile(path, 'utf8')).toBe(code)
})
