/** Kernels against the same arithmetic in JavaScript, rounded to 32 bits after each operation. */
import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { addTimes, follow, type Kernel, lookAhead, moveByAdam } from './vector-kernel.ts'

const f = Math.fround
const averaged = (old: number, fresh: number, forget: number) => f(old + f(forget * f(fresh - old)))

/** A kernel, and what its vectors' numbers at one place become. Scalars are rounded beforehand. */
type Case = readonly [string, Kernel<string, string>, string[], string[], (v: Numbers, s: Numbers) => Numbers]
type Numbers = Record<string, number>

const cases: Case[] = [
  [
    'Adam',
    moveByAdam as Kernel<string, string>,
    ['first', 'second', 'weight', 'average', 'slope'],
    ['beta1', 'share1', 'beta2', 'share2', 'size', 'floor', 'forget'],
    (v, s) => {
      const first = f(f(s.beta1! * v.first!) + f(s.share1! * v.slope!))
      const second = f(f(s.beta2! * v.second!) + f(s.share2! * f(v.slope! * v.slope!)))
      const weight = f(v.weight! - f(f(s.size! * first) / f(f(Math.sqrt(second)) + s.floor!)))
      return { first, second, weight, average: averaged(v.average!, weight, s.forget!) }
    },
  ],
  [
    'momentum',
    lookAhead as Kernel<string, string>,
    ['momentum', 'ahead', 'slope'],
    ['keep', 'share'],
    (v, s) => {
      const momentum = f(f(s.keep! * v.momentum!) + f(s.share! * v.slope!))
      return { momentum, ahead: f(f(s.keep! * momentum) + f(s.share! * v.slope!)) }
    },
  ],
  [
    'steps',
    follow as Kernel<string, string>,
    ['weight', 'average', 'move'],
    ['rate', 'forget'],
    (v, s) => {
      const weight = f(v.weight! - f(s.rate! * v.move!))
      return { weight, average: averaged(v.average!, weight, s.forget!) }
    },
  ],
  [
    'means',
    addTimes as Kernel<string, string>,
    ['sum', 'other'],
    ['share'],
    (v, s) => ({ sum: f(f(v.sum! + v.other!) * s.share!) }),
  ],
]

test.each(cases.flatMap((each) => [1, 4, 8192, 16_391].map((length) => [each[0], length, each] as const)))(
  '%s of %i numbers, of longer arrays',
  (_, length, [, kernel, vectors, scalars, become]) => {
    const random = createRandom(length)
    const whole = Object.fromEntries(vectors.map((name) => [name, Float32Array.from({ length: length + 10 }, random)]))
    const old = Object.fromEntries(vectors.map((name) => [name, whole[name]!.slice()]))
    const numbers = Object.fromEntries(scalars.map((name) => [name, f(random())]))
    const middle = vectors.map((name) => [name, whole[name]!.subarray(3, 3 + length)] as const)
    kernel(Object.fromEntries(middle), numbers)
    const wanted = Object.fromEntries(vectors.map((name) => [name, old[name]!.slice()]))
    for (let place = 3; place < 3 + length; place++) {
      const before = Object.fromEntries(vectors.map((name) => [name, old[name]![place]!]))
      for (const [name, value] of Object.entries(become(before, numbers))) wanted[name]![place] = value
    }
    expect(whole).toEqual(wanted)
  },
)

test('no numbers are none', () => {
  const none = new Float32Array(0)
  addTimes({ sum: none, other: none }, { share: 1 })
  expect(none.length).toBe(0)
})
