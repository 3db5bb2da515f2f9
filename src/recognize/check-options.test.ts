import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  checkBrowserOptions,
  checkLoadOptions,
  checkReaderOptions,
  checkRecognizeOptions,
  shown,
} from './check-options.ts'

/** As JavaScript gives them, whatever their types. */
const given = (options: object) => options as never

describe('options are refused with their name, their value and what would do', () => {
  test.each([
    [{ modle: 'small' }, 'modle: is no option; did you mean model?'],
    [{ Model: 'small' }, 'Model: is no option; did you mean model?'],
    [{ language: 'en' }, 'language: is no option; there are threads, decoder, precision, model, preset, words'],
    [{ precision: 'int4' }, 'precision: "int4" is none of float32, int8'],
    [{ decoder: 'CTC' }, 'decoder: "CTC" is none of attention, ctc'],
    [{ model: 3 }, 'model: 3 is no path or URL'],
    [{ threads: 0 }, 'threads: 0 is no whole number from 1 on'],
    [{ threads: '4' }, 'threads: "4" is no whole number from 1 on'],
    [{ constructor: 1 }, 'constructor: is no option'],
  ])('load(%j)', (options, message) => {
    expect(() => checkLoadOptions(given(options))).toThrow(message)
  })

  test.each([
    [{ model: 'base' }, 'model: "base" is none of tiny, small, nor the address of a weights file'],
    [{ device: 'gpu' }, 'device: "gpu" is none of wasm, webgpu'],
    [{ preset: 'tiny' }, 'preset: is no option'],
    [{ worker: 'no' }, 'worker: "no" is neither true nor false'],
    [{ words: 7 }, 'words: 7 is no path or URL'],
  ])('load(%j) in the browser', (options, message) => {
    expect(() => checkBrowserOptions(given(options))).toThrow(message)
  })

  test.each([
    [{ alternative: 3 }, 'alternative: is no option; did you mean alternatives?'],
    [{ orientation: 'sideways' }, 'orientation: "sideways" is none of auto, upright, any'],
    [{ lexicon: 'LIVING' }, 'lexicon: "LIVING" is no list of words, such as ["EXIT", "TAXI"]'],
    [{ lexicon: ['a', 3] }, 'lexicon: ["a",3] is no list of words'],
    [{ prior: 'the' }, 'prior: "the" is no Map of words and counts, list of words or null'],
    [{ pattern: 12 }, 'pattern: 12 is no regular expression'],
    [{ allow: ['0', '1'] }, 'allow: ["0","1"] is no text'],
    [{ secondLook: 0 }, 'secondLook: 0 is neither true nor false'],
    [{ batchSize: '16' }, 'batchSize: "16" is no whole number from 1 on'],
    [{ signal: {} }, 'signal: {} is no AbortSignal'],
  ])('recognize(image, %j)', (options, message) => {
    expect(() => checkRecognizeOptions(given(options))).toThrow(message)
  })

  test('what is no object', () => {
    expect(() => checkRecognizeOptions('auto' as never)).toThrow('"auto" are no options: give an object')
    expect(() => checkLoadOptions(null as never)).toThrow('null are no options')
  })
})

test('what is right passes, also of another realm, and what is undefined', () => {
  checkLoadOptions({ model: 'a.onnx', preset: 'authors', threads: 2, decoder: 'ctc', precision: 'int8', words: null })
  checkReaderOptions({})
  checkBrowserOptions({ model: new URL('https://a.test/w'), words: null, worker: false })
  checkBrowserOptions({ model: '/models/own.safetensors' })
  expect(() => checkBrowserOptions({ model: 'base' })).toThrow('model: "base" is none of tiny, small, nor the address')
  const foreign = runInNewContext(`({ prior: new Map([['the', 1]]), lexicon: ['EXIT'], pattern: /\\d+/ })`)
  checkRecognizeOptions({ ...foreign, signal: new AbortController().signal, orientation: 'any', alternatives: 2 })
  checkRecognizeOptions(given({ allow: undefined, prior: null }))
})

test('a long value is cut', () => {
  expect(shown('x'.repeat(200))).toBe(`"${'x'.repeat(79)}…`)
})
