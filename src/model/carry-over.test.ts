import { expect, test } from 'vitest'
import { createCharset, encodeText, START, UNKNOWN } from '../charset.ts'
import { carryOver } from './carry-over.ts'

/** Rows of two numbers that say which row they are. */
const rows = (count: number) => ({
  shape: [count, 2],
  data: Float32Array.from({ length: 2 * count }, (_, index) => index >> 1),
})
const model = (further: string) => {
  const { embedded, classes, ctcClasses } = createCharset(further)
  return new Map([
    ['decoder.decoder.tgt_embedding.weight', rows(embedded)],
    ['decoder.decoder.fc.weight', rows(classes)],
    ['decoder.decoder.fc.bias', { shape: [classes], data: Float32Array.from({ length: classes }, (_, id) => id) }],
    ['ctc.weight', rows(ctcClasses)],
    ['ctc.bias', { shape: [ctcClasses], data: Float32Array.from({ length: ctcClasses }, (_, id) => id - 3) }],
    ['encoder.weight', rows(3)],
  ])
}
const firsts = ({ shape, data }: { shape: readonly number[]; data: Float32Array }) =>
  Array.from({ length: shape[0]! }, (_, row) => data[(row * data.length) / shape[0]!]!)

test('known characters keep their rows, new ones begin with that of the unknown', () => {
  const before = model('')
  const after = carryOver(before, { from: '', to: 'é€' })
  const old = Array.from({ length: 97 }, (_, id) => id)
  expect(firsts(after.get('decoder.decoder.fc.weight')!)).toEqual([...old, UNKNOWN, UNKNOWN, UNKNOWN])
  expect(firsts(after.get('decoder.decoder.fc.bias')!)).toEqual([...old, UNKNOWN, UNKNOWN, UNKNOWN])
  expect(firsts(after.get('decoder.decoder.tgt_embedding.weight')!)).toEqual([...old, START, UNKNOWN, UNKNOWN])
  expect(after.get('encoder.weight')).toEqual(before.get('encoder.weight'))
  expect(after.get('decoder.decoder.fc.weight')!.shape).toEqual([100, 2])
})

test('further characters find their rows again wherever they stand now', () => {
  const after = carryOver(model('é'), { from: 'é', to: '€é' })
  const [euro, accent] = encodeText('€é', createCharset('€é'))
  const [before] = encodeText('é', createCharset('é'))
  expect(firsts(after.get('decoder.decoder.fc.weight')!)[accent!]).toBe(before)
  expect(firsts(after.get('decoder.decoder.fc.weight')!)[euro!]).toBe(UNKNOWN)
})

test('to the charset of the paper and back, nothing that both know is lost', () => {
  const back = carryOver(carryOver(model(''), { from: '', to: 'ß' }), { from: 'ß', to: '' })
  expect(back).toEqual(model(''))
})

test("the head's new classes are improbable, its old ones as they were", () => {
  const after = carryOver(model(''), { from: '', to: 'é' })
  const old = Array.from({ length: 95 }, (_, id) => id)
  expect(firsts(after.get('ctc.weight')!)).toEqual([...old, 0, 0, 0, 0])
  expect(firsts(after.get('ctc.bias')!)).toEqual([...old.map((id) => id - 3), -8, -8, -8, -8])
})

test('a head that was trained without the further characters gets their rows', () => {
  const before = new Map([
    ...model('é'),
    ...['ctc.weight', 'ctc.bias'].map((name) => [name, model('').get(name)!] as const),
  ])
  const after = carryOver(before, { from: 'é', to: 'é' })
  expect(after.get('ctc.bias')!.data).toHaveLength(99)
  expect(after.get('decoder.decoder.fc.weight')).toEqual(before.get('decoder.decoder.fc.weight'))
})
