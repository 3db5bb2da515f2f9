/** How the bytes of a label file spell text: found where it is certain, described where it is not. */

export interface TextEncoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be'
  /** Bytes of the byte-order mark. */
  readonly mark: number
  /** Bytes of a line end. */
  readonly width: 1 | 2
}

/** Zeros a character that make text UTF-16: names of files are ASCII, every other byte of which is 0. */
const LEAST_ZEROS = 0.2

/** Control characters that text may have by mistake; pictures and archives have far more. */
const MOST_CONTROLS = { count: 8, share: 0.02 }

/**
 * The encoding of a file by its first bytes: UTF-8, or UTF-16 where a byte-order mark or the places of zeros say so.
 * Throws for UTF-32, and for what is no text.
 */
export function findEncoding(head: Uint8Array): TextEncoding {
  const [first, second, third, fourth] = head
  if (first === 0xef && second === 0xbb && third === 0xbf) return { name: 'utf-8', mark: 3, width: 1 }
  const [little, big] = [first === 0xff && second === 0xfe, third === 0xfe && fourth === 0xff]
  if ((little && third === 0 && fourth === 0) || (big && first === 0 && second === 0))
    throw new Error('is UTF-32 text; `iconv -f UTF-32 -t UTF-8` makes it UTF-8, which is read')
  if (little) return { name: 'utf-16le', mark: 2, width: 2 }
  if (first === 0xfe && second === 0xff) return { name: 'utf-16be', mark: 2, width: 2 }
  let [even, odd] = [0, 0]
  for (let place = 0; place < head.length; place++) {
    if (head[place] === 0) place % 2 === 0 ? even++ : odd++
  }
  const least = (LEAST_ZEROS * head.length) / 2
  if (odd > least && odd > 4 * even) return { name: 'utf-16le', mark: 0, width: 2 }
  if (even > least && even > 4 * odd) return { name: 'utf-16be', mark: 0, width: 2 }
  const controls = head.filter((byte) => byte < 0x20 && (byte < 0x09 || byte > 0x0d)).length
  if (controls > MOST_CONTROLS.count && controls > MOST_CONTROLS.share * head.length)
    throw new Error('is no text, but a picture, an archive or the like; give a file of text')
  return { name: 'utf-8', mark: 0, width: 1 }
}

/** They also take away a byte-order mark. */
const decoders = {
  'utf-8': new TextDecoder('utf-8', { fatal: true }),
  'utf-16le': new TextDecoder('utf-16le', { fatal: true }),
  'utf-16be': new TextDecoder('utf-16be', { fatal: true }),
} as const

/** Throws, saying what it looks like and what would do, for bytes that are no text of this encoding. */
export function decodeBytes(bytes: Uint8Array, name: TextEncoding['name'] = 'utf-8'): string {
  let text: string
  try {
    text = decoders[name].decode(bytes)
  } catch {
    throw new Error(name === 'utf-8' ? describeForeign(bytes) : `is not ${name.toUpperCase()} text`)
  }
  if (text.includes('\0'))
    throw new Error('is no text: it holds a zero byte, as pictures do, or UTF-16 without a byte-order mark')
  return text
}

/** A whole file's text. Throws as `findEncoding` and `decodeBytes` do. */
export function decodeFile(bytes: Uint8Array): string {
  const { name, mark } = findEncoding(bytes.subarray(0, 1 << 16))
  return decodeBytes(bytes.subarray(mark), name)
}

/** What the bytes from 0x80 on of Western European text are: letters and typographic marks. */
const WESTERN = /^[À-ÖØ-öø-ÿŒœŠšŽžŸ’‘“”–—…€£§°´«»ºª¿¡ß]$/

function describeForeign(bytes: Uint8Array): string {
  const text = new TextDecoder('windows-1252').decode(bytes)
  if (/\p{Cc}/u.test(text.replace(/[\t-\r\u0080-\u009f]/g, '')))
    return 'is not UTF-8 text, nor any other: it holds control characters, as pictures and archives do'
  const high = [...text].filter((character) => character > '\x7f')
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  if (high.every((character) => WESTERN.test(character)) && high.length <= letters / 2)
    return `is not UTF-8 text. As Windows-1252 it is ${showText(text)}: if that is right, \`iconv -f WINDOWS-1252 -t UTF-8\` makes the file UTF-8`
  return 'is not UTF-8 text; find out its encoding (GBK, Shift_JIS, Windows-1251, …), and `iconv -f ENCODING -t UTF-8` makes it UTF-8'
}

/** A text as messages show it: in quotes, cut short, with control characters escaped. */
export function showText(text: string, longest = 80): string {
  return `"${escapeControls(text.slice(0, longest))}${text.length > longest ? '…' : ''}"`
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Control characters as \t, \u0007 and the like: a terminal would act on them, a table would break. */
export function escapeControls(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
