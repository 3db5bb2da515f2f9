/** Parts of XML documents. */
import type { Bounds } from '../../image/quadrilateral.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What XML 1.0 has no way to write (its section 2.2): control characters, lone surrogates, two that are no characters. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** Text for an element or an attribute; white space but for spaces as numbers, which attributes would lose. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(UNWRITABLE, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => entities[character]!)
    .replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** The whole pixels that a part of a picture touches, none of them outside it. */
export function wholePixels(
  { left, top, right, bottom }: Bounds,
  { width, height }: { readonly width: number; readonly height: number },
): Bounds {
  const within = (place: number, length: number) => Math.min(Math.max(place, 0), length)
  return {
    left: within(Math.floor(left), width),
    top: within(Math.floor(top), height),
    right: within(Math.ceil(right), width),
    bottom: within(Math.ceil(bottom), height),
  }
}
