import { expect, test } from 'vitest'
import { BLANK, END, encodeText, printable } from '../charset.ts'
import { decodeCtc } from '../decode/ctc.ts'
import type { GivenWord } from '../decode/draft.ts'
import type { Value } from '../tensor/index.ts'
import { draftSpeller } from './draft-speller.ts'
import type { Encoder } from './encoder.ts'
import type { WordDecoder } from './word-decoder.ts'

const { classes, ctcClasses } = printable
const model = { charset: printable, maximumLength: 12 }
const images: Value = { type: 'uint8', shape: [2, 4, 4, 3], data: new Uint8Array(96) }

/** What a CTC head would say that sees a word, so sure of each character. */
function columnsOf(text: string, sure: number): Float32Array {
  const ids = encodeText(text).flatMap((id) => [id, BLANK])
  const columns = new Float32Array(ids.length * ctcClasses).fill((1 - sure) / (ctcClasses - 1))
  for (const [column, id] of ids.entries()) columns[column * ctcClasses + id] = sure
  return columns
}

test('what the CTC head is sure of is taken as it is, and the decoder settles the rest', async () => {
  const given: GivenWord[] = []
  const probabilities = [columnsOf('EXIT', 0.999), columnsOf('CAT', 0.9)]
  const encoder = { encode: async () => ({ cross: {}, probabilities, outputs: {} }) } as unknown as Encoder
  const decoder = {
    // It reads "CUT", whatever it is given.
    over: () => async (words: readonly GivenWord[]) => {
      given.push(...words)
      return words.map(() => {
        const following = new Float32Array(13 * classes).fill(0.001)
        for (const [place, id] of [...encodeText('CUT'), END].entries()) following[place * classes + id] = 0.8
        return following
      })
    },
  } as unknown as WordDecoder
  const { hypotheses } = await draftSpeller({ encoder, decoder, model, ctcSure: 0.9 }).spell(images, [])
  expect(hypotheses.map(({ text }) => text)).toEqual(['EXIT', 'CUT'])
  expect(new Set(given.map(({ image }) => image))).toEqual(new Set([1]))
  const [sure, settled] = hypotheses
  const { confidence } = decodeCtc(probabilities[0]!, { batch: 1, charset: printable })[0]!
  expect(sure!.confidence).toBeCloseTo(Math.cbrt(confidence), 6)
  expect(sure!.evidence.greedy).toBeUndefined()
  expect(settled!.confidence).toBeCloseTo(0.8 ** 4, 6)
  expect(settled!.evidence.greedy!.ids).toEqual(encodeText('CUT'))
  given.length = 0
  const all = await draftSpeller({ encoder, decoder, model }).spell(images, [])
  expect(all.hypotheses.map(({ text }) => text)).toEqual(['CUT', 'CUT'])
})

test.each([
  ['hardly less probable', 0.4, 'CAT'],
  ['far less probable', 0.05, 'CUT'],
])('a draft that the decoder finds %s than its own word', async (_, other, text) => {
  const encoder = {
    encode: async () => ({ cross: {}, probabilities: [columnsOf('CAT', 0.9)], outputs: {} }),
  } as unknown as Encoder
  const decoder = {
    over: () => async (words: readonly GivenWord[]) =>
      words.map(() => {
        const following = new Float32Array(13 * classes).fill(0.001)
        for (const [place, id] of [...encodeText('CUT'), END].entries()) following[place * classes + id] = 0.5
        following[classes + encodeText('A')[0]!] = other
        return following
      }),
  } as unknown as WordDecoder
  const { hypotheses } = await draftSpeller({ encoder, decoder, model }).spell(images, [])
  expect(hypotheses[0]!.text).toBe(text)
  expect(hypotheses[0]!.confidence).toBeCloseTo(0.5 ** 3 * (text === 'CAT' ? other : 0.5), 6)
  expect(hypotheses[0]!.evidence.greedy!.ids).toEqual(encodeText('CUT'))
})
