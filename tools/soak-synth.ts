/**
 * Draws many synthetic words in one thread and watches: memory, characters, fonts.
 *
 *   npx tsx tools/soak-synth.ts [--count 100000]
 *
 * Prints memory every 10,000 samples, and at the end characters and fonts that never came.
 */
import { parseArgs } from 'node:util'
import { CHARACTERS } from '../src/charset.ts'
import { createSynthesizer } from '../src/synth/synthesizer.ts'

const { values } = parseArgs({ options: { count: { type: 'string', default: '100000' } } })
const count = Number(values.count)
const synthesizer = await createSynthesizer({
  fontFolder: 'fonts/node_modules',
  lexiconFile: '../shared/data/lexicon-90k.txt',
  backgroundFolder: '../shared/data/backgrounds',
})
const characters = new Map([...CHARACTERS, ' '].map((character) => [character, 0]))
const fonts = new Map<string, number>()
const started = performance.now()
for (let seed = 0; seed < count; seed++) {
  const { text, font } = synthesizer.sample(seed)
  for (const character of text) {
    const times = characters.get(character)
    if (times === undefined) throw new Error(`sample ${seed}: ${JSON.stringify(text)} is not of the charset`)
    characters.set(character, times + 1)
  }
  fonts.set(font, (fonts.get(font) ?? 0) + 1)
  // Pixels that the canvas gave out are freed when the event loop turns.
  if (seed % 32 === 31) await new Promise((resolve) => setImmediate(resolve))
  if ((seed + 1) % 10_000 === 0) {
    const { rss, heapUsed } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const rate = (seed + 1) / ((performance.now() - started) / 1000)
    const perCore = (seed + 1) / ((user + system) / 1e6)
    console.log(
      `${seed + 1}: ${(rss / 2 ** 20).toFixed(0)} MiB resident, ${(heapUsed / 2 ** 20).toFixed(0)} MiB of heap, ${fonts.size} fonts, ${rate.toFixed(0)} a second, ${perCore.toFixed(0)} a second of processor time`,
    )
  }
}
const never = [...characters].filter(([, times]) => times === 0).map(([character]) => character)
const rarest = [...characters].sort(([, a], [, b]) => a - b)[0]!
console.log(
  `characters never seen: ${never.map((character) => JSON.stringify(character)).join(' ') || 'none'}; the rarest is ${JSON.stringify(rarest[0])}, ${rarest[1]} times`,
)
console.log(
  `fonts: ${fonts.size} of ${synthesizer.fonts.length}; never drawn: ${synthesizer.fonts.filter((font) => !fonts.has(font)).join(' ') || 'none'}`,
)
