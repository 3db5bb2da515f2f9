/**
 * Writes `models/scene-words.txt`, one of the sources of the words that are expected (`tools/write-words.js`): how often words
 * of letters stand among the training words of the scene sets, in lower case.
 *
 *   npx tsx tools/count-scene-words.ts [--shared ../shared/data]
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/dataset.ts'
import { wordKinds } from '../src/data/shared-sets.ts'
import { writeWhole } from '../src/write-whole.ts'

const { values } = parseArgs({ options: { shared: { type: 'string', default: '../shared/data' } } })
const counts = new Map<string, number>()
// Sets of a few words again and again have a weight, and say nothing of how frequent words are.
const sets = wordKinds.find(({ name }) => name === 'scene words')!.sets.filter(({ weight }) => weight === undefined)
for (const { name } of sets) {
  const dataset = await openDataset({ kind: 'lists', path: join(values.shared, 'words', name) })
  let index = -1
  for await (const label of dataset.labels()) {
    if (!dataset.inSplit(++index, 'train') || label instanceof Error) continue
    for (const part of label.split(/\s+/)) {
      const word = part.replace(/^[^a-z0-9]+|[^a-z0-9]+$/gi, '').toLowerCase()
      if (/^[a-z'&.-]{2,}$/.test(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  await dataset.close()
}
const lines = [...counts]
  .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  .map(([word, count]) => `${word} ${count}\n`)
const path = new URL('../models/scene-words.txt', import.meta.url).pathname
await writeWhole(
  path,
  `# Training labels of ${sets.map(({ name }) => name).join(', ')}: tools/count-scene-words.ts\n${lines.join('')}`,
)
console.log(`${counts.size} words: ${path}`)
