/** The runtime that a browser computes with, and files that it downloads. (Browser) */
import * as onWasm from 'onnxruntime-web/wasm'
import { SaflError } from '../error.ts'
import type { Runtime, SessionOptions } from '../tensor/index.ts'
import type { Device } from './reading-options.ts'

/** WebAssembly where there is no WebGPU; a warning says so, and where it has one thread alone. */
export async function browserRuntime(
  device: Device = 'wasm',
): Promise<{ readonly runtime: Runtime; readonly options: Pick<SessionOptions, 'provider'> }> {
  const onGpu = device === 'webgpu' && (await hasGpu())
  if (device === 'webgpu' && !onGpu) console.warn('safl: the browser lends no WebGPU, so that WebAssembly reads')
  if (!onGpu && !globalThis.crossOriginIsolated)
    console.warn('safl: the page is not cross-origin isolated, so that words are read by one thread')
  const runtime = (onGpu ? await import('onnxruntime-web/webgpu') : onWasm) as unknown as Runtime
  return { runtime, options: onGpu ? { provider: 'webgpu' } : {} }
}

/** The bytes of a weights file. */
export async function fetchWeights(address: string | URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const response = await fetch(address, signal ? { signal } : {})
  if (!response.ok) throw new SaflError('weights', `${address}: the weights could not be fetched (${response.status})`)
  return new Uint8Array(await response.arrayBuffer())
}

async function hasGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } }
  return Boolean(await gpu?.requestAdapter())
}
