/**
 * WebAssembly modules that stand in the code as text in base64: they need no file beside them, in the package and in
 * bundles alike. `npm run assemble` writes them from the `.wat` files. Their arithmetic is IEEE's, the same on every machine.
 */

/** Bytes by which a module's memory grows. */
const PAGE = 1 << 16

/** What a module exports: its memory and functions of numbers that return nothing. */
export type KernelExports<F extends string> = { readonly memory: WebAssembly.Memory } & Readonly<
  Record<F, (...numbers: number[]) => void>
>

/** A module of its own memory. The caller names the functions that the text exports. */
export function instantiate<F extends string>(base64: string): KernelExports<F> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as KernelExports<F>
}

/** Makes room for so many bytes in all; views of the memory from before are of no use then. */
export function makeRoom(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
}
