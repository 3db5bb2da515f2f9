import { describe, expect, test } from 'vitest'
import { decodeIds, END, encodeText, printable } from '../charset.ts'
import { knownProbabilities, spellFromDrafts, type WordRun } from './draft.ts'

const { classes } = printable
const model = { charset: printable, maximumLength: 12 }

/** A decoder that spells `words[image]`, whatever it was given so far is right; else something that depends on all of it. */
function decoderOf(words: readonly string[]) {
  const rows: number[] = []
  const next = (image: number, before: readonly number[]) => {
    const ids = encodeText(words[image]!)
    if (before.every((id, place) => id === ids[place])) return ids[before.length] ?? END
    return before.reduce((sum, id, place) => sum + id * (place + 3), 7) % END
  }
  const run: WordRun = async (given) => {
    rows.push(given.length)
    return given.map(({ image, ids }) => {
      const probabilities = new Float32Array((ids.length + 1) * classes)
      for (let place = 0; place <= ids.length; place++)
        probabilities[place * classes + next(image, ids.slice(0, place))] = 0.5 + place / 100
      return probabilities
    })
  }
  return { run, rows }
}

async function read(words: readonly string[], drafts: readonly string[]) {
  const { run, rows } = decoderOf(words)
  const spelled = await spellFromDrafts(
    run,
    drafts.map((draft, image) => ({ image, ids: encodeText(draft) })),
    model,
  )
  return { texts: spelled.map(({ ids }) => decodeIds(ids)), spelled, rows }
}

describe('reading from drafts', () => {
  test.each([
    ['right', 'hello', 1],
    ['with a wrong character', 'jello', 2],
    ['with a repeat that was merged', 'helo', 2],
    ['with a spare character', 'helxlo', 2],
    ['cut short', 'hel', 3],
    ['too long', 'hellooo', 1],
    ['empty', '', 6],
    ['of another word', 'world', 6],
  ])('a draft that is %s', async (_, draft, runs) => {
    const { texts, rows } = await read(['hello'], [draft])
    expect(texts).toEqual(['hello'])
    expect(rows).toHaveLength(runs)
  })

  test('what was given keeps the probabilities that the decoder finds', async () => {
    const { spelled } = await read(['hello'], ['hexlo'])
    expect(decodeIds(spelled[0]!.draft.ids)).toBe('hexlo')
    const found = spelled[0]!.draft.probabilities.map((probability) => probability.toFixed(2))
    expect(found).toEqual(['0.50', '0.51', '0.00', '0.00', '0.00', '0.00'])
  })

  test('each image of a batch is settled by itself', async () => {
    const words = ['sale', 'EXIT', '', 'a']
    const { texts, rows } = await read(words, ['sale', 'EX1T', 'no', ''])
    expect(texts).toEqual(words)
    expect(rows).toEqual([4, 2])
  })

  test('characters, and the end, have the probabilities that greedy decoding gives them', async () => {
    const { spelled } = await read(['abc'], ['abx'])
    expect(spelled[0]!.probabilities).toEqual([0.5, 0.51, 0.52, 0.53].map(Math.fround))
  })

  test('a word longer than the model spells is cut off, and has no end', async () => {
    for (const draft of ['', 'abcdefghijklmnop']) {
      const { texts, spelled } = await read(['abcdefghijklmnop'], [draft])
      expect(texts).toEqual(['abcdefghijkl'])
      expect(spelled[0]!.probabilities).toHaveLength(12)
    }
  })
})

describe('what a reading knows of other words', () => {
  const ids = encodeText('abc')
  const following = Float32Array.from({ length: 4 * classes }, (_, index) => index)
  const known = (word: string) =>
    knownProbabilities(encodeText(word), { ids, probabilities: [], following }, printable).map((each) => ({
      place: Math.floor(each / classes),
      id: each % classes,
    }))
  const spell = (...letters: (string | number)[]) =>
    letters.map((each, place) => ({ place, id: typeof each === 'number' ? each : encodeText(each)[0]! }))

  test('its own word whole, and its beginnings', () => {
    expect(known('abc')).toEqual(spell('a', 'b', 'c', END))
    expect(known('ab')).toEqual(spell('a', 'b', END))
    expect(known('')).toEqual(spell(END))
  })

  test('any other up to the first other character', () => {
    expect(known('abx')).toEqual(spell('a', 'b', 'x'))
    expect(known('xbc')).toEqual(spell('x'))
    expect(known('abcd')).toEqual(spell('a', 'b', 'c', 'd'))
  })
})
