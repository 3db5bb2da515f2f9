/** The worker's side of `WorkerEngine`: one engine, whose calls it makes and answers. */
import type { RgbImage } from '../image/image.ts'
import { hostCalls, Moved } from '../worker/host.ts'
import type { WorkerPort } from '../worker/port.ts'
import type { Engine } from './engine.ts'
import { ListKeeper, type PackedOptions } from './kept-lists.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

/** Calls of a worker whose engine is loaded by `Load`, and that decodes what a `Source` is. */
export interface EngineCalls<Load, Source> {
  load(options: Load): void
  decode(source: Source): RgbImage
  read(asked: EngineReading): Recognition[]
  dispose(): void
}

export interface EngineReading {
  readonly images: readonly RgbImage[]
  readonly packed: PackedOptions<Omit<RecognizeOptions, 'signal'>>
}

export interface Hosted<Load, Source> {
  load(options: Load): Promise<Engine>
  decode(source: Source): Promise<RgbImage>
}

/** Answers whatever the port says, from now on. */
export function hostEngine<Load, Source>(port: WorkerPort, { load, decode }: Hosted<Load, Source>): void {
  let engine: Promise<Engine> | null = null
  const lists = new ListKeeper()
  hostCalls<EngineCalls<Load, Source>>(port, {
    async load(options) {
      engine = load(options)
      await engine
    },
    async decode(source) {
      const image = await decode(source)
      return new Moved(image, [image.data.buffer as ArrayBuffer])
    },
    async read({ images, packed }, signal) {
      const options = { ...lists.unpack(packed), signal }
      return (await engine!).recognizeImages(images, options)
    },
    async dispose() {
      await (await engine!).dispose()
    },
  })
}
