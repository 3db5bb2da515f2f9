/** The images of a request and what it says of them: a form of files, or JSON of base64. */
import { SaflError } from '../error.ts'
import { Problem } from './problem.ts'
import { optionsOfForm } from './service-options.ts'

export interface GivenImage {
  /** As the client calls it. */
  readonly name: string | null
  /** Its bytes, or why there are none. */
  readonly bytes: () => Promise<Uint8Array>
}

export interface GivenImages {
  readonly images: readonly GivenImage[]
  /** Not checked yet. */
  readonly options: Record<string, unknown>
}

/** Throws a `Problem` where the body is not what its type says, or holds no image or more than `most`. */
export async function requestImages(body: Buffer, type: string, most: number): Promise<GivenImages> {
  const media = type.split(';')[0]!.trim().toLowerCase()
  const parse = parsers[media]
  if (!parse)
    throw new Problem('media-type', `send ${Object.keys(parsers).join(' or ')}: the content type is neither`, {
      headers: { accept: Object.keys(parsers).join(', ') },
    })
  const given = await parse(body, type)
  if (given.images.length === 0) throw new Problem('body', 'there is no image in the request')
  if (given.images.length > most)
    throw new Problem('too-large', `${given.images.length} images are more than the ${most} that a request may have`)
  return given
}

const parsers: Readonly<Record<string, (body: Buffer, type: string) => Promise<GivenImages>>> = {
  'multipart/form-data': parseForm,
  'application/json': parseJson,
}

async function parseForm(body: Buffer, type: string): Promise<GivenImages> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw new Problem('body', 'the form is damaged, or its content type names no boundary')
  })
  const images: GivenImage[] = []
  const fields = new Map<string, string[]>()
  for (const [name, value] of form) {
    if (typeof value === 'string') {
      if (name === 'files') throw new Problem('body', 'files: a part has no file name, so that it is no file')
      fields.set(name, [...(fields.get(name) ?? []), value])
    } else {
      if (name !== 'files') throw new Problem('body', 'a file comes in another field than files')
      images.push({ name: value.name, bytes: async () => new Uint8Array(await value.arrayBuffer()) })
    }
  }
  return { images, options: optionsOfForm(fields) }
}

async function parseJson(body: Buffer): Promise<GivenImages> {
  let given: unknown
  try {
    given = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Problem('body', 'the body is no JSON')
  }
  if (typeof given !== 'object' || given === null || !('images' in given) || !Array.isArray(given.images))
    throw new Problem('body', 'images: give a list of images in base64, as in {"images": ["iVBORw0KGgo…"]}')
  const { images, ...options } = given as { images: unknown[] }
  const place = images.findIndex((image) => typeof image !== 'string')
  if (place >= 0) throw new Problem('body', `images[${place}]: is no text in base64`)
  return {
    images: (images as string[]).map((text, index) => ({
      name: null,
      bytes: async () => fromBase64(text, `images[${index}]`),
    })),
    options,
  }
}

/** As canvases and browsers write it. */
const DATA_URL = /^data:[\w/+.-]*;base64,/

function fromBase64(text: string, name: string): Uint8Array {
  const encoded = text.slice(DATA_URL.exec(text)?.[0].length ?? 0)
  if (/^[\w+/-]*={0,2}\s*$/.test(encoded)) return Buffer.from(encoded, 'base64')
  throw new SaflError('image', `${name}: is no base64: an image's own bytes are read, no address and no path`)
}
