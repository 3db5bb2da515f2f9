/** Kernels against the same arithmetic in JavaScript, rounded to 32 bits after each operation. */
import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { minus, over, plus, root, times, vectorKernel } from './vector-kernel.ts'

const kernel = vectorKernel({
  vectors: ['a', 'b', 'made'],
  scalars: ['factor', 'offset'],
  become: ({ a, b, factor, offset }) => [
    ['a', minus(times(factor, a), over(b, plus(root(b), offset)))],
    ['made', plus(a, b)],
  ],
})

test.each([1, 4, 8191, 8192, 20_003])('%i numbers, of longer arrays', (length) => {
  const random = createRandom(length)
  const draw = () => Float32Array.from({ length: length + 10 }, random)
  const whole = { a: draw(), b: draw(), made: draw() }
  const old = { a: whole.a.slice(), b: whole.b.slice(), made: whole.made.slice() }
  const middle = (vector: Float32Array) => vector.subarray(3, 3 + length)
  kernel({ a: middle(whole.a), b: middle(whole.b), made: middle(whole.made) }, { factor: 0.3, offset: 0.7 })
  const f = Math.fround
  const isWithin = (place: number) => place >= 3 && place < 3 + length
  const a = old.a.map((value, place) => {
    const b = old.b[place]!
    return isWithin(place) ? f(f(f(0.3) * value) - f(b / f(f(Math.sqrt(b)) + f(0.7)))) : value
  })
  expect(whole.a).toEqual(a)
  expect(whole.b).toEqual(old.b)
  expect(whole.made).toEqual(old.made.map((value, place) => (isWithin(place) ? f(a[place]! + old.b[place]!) : value)))
})

test('no numbers are none', () => {
  const none = new Float32Array(0)
  kernel({ a: none, b: none, made: none }, { factor: 1, offset: 1 })
  expect(none.length).toBe(0)
})
