/**
 * Assembles WebAssembly text: for each `NAME.wat` under `src` a module `NAME-wasm.ts` beside it that holds its bytes in base64.
 *
 *   npm run assemble
 *
 * The modules are kept in the repository, so that sources run as they are (tsx, vitest, vite); `test/wasm` holds them to
 * the text.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { basename, relative } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { glob } from 'tinyglobby'
import loadWabt from 'wabt'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Assembled {
  /** The module's path. */
  readonly path: string
  readonly code: string
}

/** A module for every text, not written. */
export async function assembleKernels(): Promise<Assembled[]> {
  const wabt = await loadWabt()
  const texts = await glob('src/**/*.wat', { cwd: ROOT, absolute: true })
  return Promise.all(
    texts.sort().map(async (text) => {
      const parsed = wabt.parseWat(text, await readFile(text, 'utf8'), { simd: true })
      parsed.validate()
      const { buffer } = parsed.toBinary({})
      parsed.destroy()
      const name = basename(text, '.wat')
      const exported = `${name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Wasm`
      const lines = Buffer.from(buffer)
        .toString('base64')
        .match(/.{1,100}/g)!
      const comment = `/** The bytes of \`${name}.wat\` in base64, written by \`npm run assemble\`. */`
      const code = `${comment}\nexport const ${exported} =\n  ${lines.map((line) => `'${line}'`).join(' +\n  ')}\n`
      return { path: text.replace(/\.wat$/, '-wasm.ts'), code }
    }),
  )
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, code } of await assembleKernels()) {
    await writeFile(path, code)
    console.log(relative(ROOT, path))
  }
}
