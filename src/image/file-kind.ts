/** What a file that is no image that can be read is instead, and what would do. */

interface Kind {
  readonly is: string
  readonly advice: string
  /** Of the first bytes as `characters` makes them. */
  readonly signature: RegExp
}

const AS_IMAGE = 'save it as PNG or JPEG'

/** The first that fits counts. Signatures are met by the first bytes of a file. */
const kinds: readonly Kind[] = [
  { is: 'a PDF document', advice: 'draw its pages first: pdftoppm -r 300 -png FILE page', signature: /^\s*%PDF-/ },
  { is: 'a PostScript document', advice: AS_IMAGE, signature: /^%!PS/ },
  {
    is: 'a Git LFS pointer, not the image itself',
    advice: 'git lfs pull fetches it',
    signature: /^version https:\/\/git-lfs/,
  },
  {
    is: 'a HEIC photograph',
    advice: `${AS_IMAGE}: heif-convert FILE photo.jpg, or "most compatible" in the camera's settings`,
    signature: /^.{4}ftyp(hei[cmsx]|hev[cmsx]|m[is]f1.{4,60}hei[cx])/s,
  },
  {
    is: 'a video',
    advice: 'take a picture out of it: ffmpeg -i FILE -frames:v 1 frame.png',
    signature: /^.{4}ftyp(isom|iso\d|mp4|qt|M4V|avc1|3g|MSNV|dash)|^\u011aE\xdf\xa3|^RIFF.{4}AVI /s,
  },
  { is: 'a JPEG 2000 image', advice: AS_IMAGE, signature: /^\u0100\u0100\u0100\fjP {2}|^\xff\x4f\xff\x51/ },
  { is: 'a JPEG XL image', advice: AS_IMAGE, signature: /^\xff\n|^\u0100\u0100\u0100\fJXL / },
  { is: 'a Netpbm image (PBM, PGM, PPM)', advice: AS_IMAGE, signature: /^P[1-7FfYy]\s/ },
  { is: 'a Photoshop document', advice: AS_IMAGE, signature: /^8BPS/ },
  { is: 'an OpenEXR image', advice: AS_IMAGE, signature: /^v\/1\u0101/ },
  { is: 'a DjVu document', advice: AS_IMAGE, signature: /^AT&TFORM/ },
  { is: 'a DICOM image', advice: AS_IMAGE, signature: /^.{128}DICM/s },
  { is: 'a NumPy array', advice: `${AS_IMAGE}, or give its bytes as pixels`, signature: /^\x93NUMPY/ },
  {
    is: 'an archive',
    advice: 'unpack it first',
    signature: /^PK[\u0103\u0105\u0107]|^\u011f\x8b|^7z\xbc\xaf|^Rar!|^\xfd7zXZ|^\x28\xb5\x2f\xfd/,
  },
  {
    is: 'a web page, not an image',
    advice: 'it may be what a server answered instead: fetch the image again',
    signature: /^[^\w<]*(?=<).*<(!doctype html|html|head|body)\b/is,
  },
]

/** Bytes that a signature may reach to. */
const REACH = 512
/** Characters of a text that are shown. */
const SHOWN = 40

/** One line, such as "is a PDF document: draw its pages first"; null where the bytes look like nothing known. */
export function describeFile(bytes: Uint8Array): string | null {
  const start = characters(bytes.subarray(0, REACH))
  const kind = kinds.find(({ signature }) => signature.test(start))
  if (kind) return `is ${kind.is}: ${kind.advice}`
  const text = textOf(bytes.subarray(0, REACH))
  if (text === null) return isTarga(bytes) ? `is a Targa image: ${AS_IMAGE}` : null
  // A drawing that is broken: what decodes drawings says how.
  if (text.trimStart().startsWith('<')) return null
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return `is text, not an image ("${line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line}")`
}

/** What the bytes spell where they are text: UTF-8, which may be cut at the end, without other control characters. */
function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return /[\u0100-\u011f]/.test(characters(bytes)) || text.trim() === '' ? null : text
  } catch {
    return null
  }
}

/** Targa says what it is at its end, in its second version. */
function isTarga(bytes: Uint8Array): boolean {
  return characters(bytes.subarray(-18)).startsWith('TRUEVISION-XFILE')
}

/** A character a byte, Latin-1; control characters other than white space, which patterns must not have, from U+0100 on. */
function characters(bytes: Uint8Array): string {
  const character = (byte: number) => String.fromCharCode(byte >= 32 || (byte >= 9 && byte <= 13) ? byte : 0x100 + byte)
  return Array.from(bytes, character).join('')
}
