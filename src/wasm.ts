/**
 * WebAssembly modules of one function, assembled from its few instructions, so that nothing needs to be built: inner loops
 * over vectors of four 32-bit numbers. Its arithmetic is IEEE's, the same on every machine.
 */

/** Bytes of instructions, or of types. */
export type Code = readonly number[]

export const [I32, F32, V128] = [0x7f, 0x7d, 0x7b] as const

export const get = (local: number): Code => [0x20, ...leb(local)]
export const set = (local: number): Code => [0x21, ...leb(local)]
export const integer = (value: number): Code => [0x41, ...signedLeb(value)]
/** Four numbers from `offset` bytes after the address on the stack. */
export const load = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
/** One number from the address on the stack, in all lanes. */
export const LOAD_SPLAT: Code = [0xfd, 0x09, 2, 0]
export const store = (offset: number): Code => [0xfd, 0x0b, 4, ...leb(offset)]
export const ZEROS: Code = [0xfd, 0x0c, ...Array<number>(16).fill(0)]
/** A number on the stack, in all lanes. */
export const SPLAT: Code = [0xfd, 0x13]
export const LANES = {
  squareRoot: [0xfd, 0xe3, 0x01],
  add: [0xfd, 0xe4, 0x01],
  subtract: [0xfd, 0xe5, 0x01],
  multiply: [0xfd, 0xe6, 0x01],
  divide: [0xfd, 0xe7, 0x01],
} as const satisfies Record<string, Code>
export const LOOP: Code = [0x03, 0x40]
/** Of a loop or of the function. */
export const END: Code = [0x0b]

/** Adds an integer to a local. */
export const advance = (local: number, by: Code): Code => [...get(local), ...by, 0x6a, ...set(local)]
/** Begins the loop again where one unsigned integer is less than another. */
export const repeatIfLess = (a: Code, b: Code): Code => [...a, ...b, 0x49, 0x0d, 0]

export interface WasmFunction {
  readonly parameters: Code
  /** Beside the parameters, after which they are numbered: how many of which type. */
  readonly locals: readonly (readonly [count: number, type: number])[]
  /** With its `END`. */
  readonly body: Code
  /** Bytes of memory at first. */
  readonly bytes: number
}

export const PAGE = 1 << 16

export function instantiate({ parameters, locals, body, bytes }: WasmFunction) {
  const section = (number: number, content: Code) => [number, ...leb(content.length), ...content]
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
  const declared = [...leb(locals.length), ...locals.flatMap(([count, type]) => [...leb(count), type])]
  const module = new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [1, 0x60, parameters.length, ...parameters, 0]),
      ...section(3, [1, 0]),
      ...section(5, [1, 0, ...leb(Math.ceil(bytes / PAGE))]),
      ...section(7, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
      ...section(10, [1, ...leb(declared.length + body.length), ...declared, ...body]),
    ]),
  )
  return new WebAssembly.Instance(module).exports as {
    memory: WebAssembly.Memory
    run(...values: number[]): void
  }
}

/** Whole numbers as WebAssembly writes them: seven bits a byte, the lowest first. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

/** As above, where the last byte's second bit is the sign. */
function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)]
}
