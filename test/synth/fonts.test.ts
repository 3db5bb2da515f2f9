import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHARACTERS } from '../../src/charset.ts'
import { createRandom } from '../../src/random.ts'
import { readDrawableCharacters } from '../../src/synth/character-map.ts'
import { createFontSource } from '../../src/synth/fonts.ts'

const packages = 'fonts/node_modules/@fontsource'

describe.skipIf(!existsSync(packages))('fonts', () => {
  it('reads the same characters from .woff and .woff2', () => {
    for (const name of ['norwester/files/norwester-latin-400-normal', 'roboto/files/roboto-latin-400-normal']) {
      const expanded = readDrawableCharacters(join(packages, `${name}.woff2`))
      expect(expanded).toEqual(readDrawableCharacters(join(packages, `${name}.woff`)))
    }
  })

  it('knows that a font lacks a glyph, and has the others', () => {
    const characters = readDrawableCharacters(join(packages, 'norwester/files/norwester-latin-400-normal.woff2'))
    const lacking = [...CHARACTERS].filter((character) => !characters.has(character))
    expect(lacking.sort().join('')).toBe('*<>[]^`{|}~')
  })

  it('draws only faces that have every character of the text', () => {
    const fonts = createFontSource('fonts/node_modules')
    expect(fonts.files.length).toBeGreaterThan(400)
    const random = createRandom(3)
    for (let draw = 0; draw < 300; draw++) {
      const face = fonts.draw(random, 'a|^~')
      expect(face.file).not.toContain('norwester')
      expect(face.draws('a|^~')).toBe(true)
    }
    expect(() => fonts.draw(random, 'a漢')).toThrow(/no font draws every character of "a漢"/)
  })

  it('tells faces of capitals only from faces with two cases', () => {
    const only = (family: string) => createFontSource(join(packages, family)).draw(createRandom(1), 'A').capitalsOnly
    expect(['bebas-neue', 'bangers', 'graduate', 'bungee'].map(only)).toEqual([true, true, true, true])
    expect(['roboto', 'titan-one', 'teko', 'pacifico', 'unifrakturcook'].map(only)).toEqual(Array(5).fill(false))
  })
})

describe('a file that is no font', () => {
  it('is named', async () => {
    const file = join(tmpdir(), `not-a-font-${process.pid}.woff2`)
    await writeFile(file, 'wOF2 but nothing else')
    expect(() => readDrawableCharacters(file)).toThrow(/not-a-font-\d+\.woff2: not a readable font file/)
  })
})
