/** Readings as an hOCR document (specification 1.2). */
import type { Bounds, Quadrilateral } from '../../image/quadrilateral.ts'
import type { ReadLine, ReadWord } from '../photograph-reading.ts'
import { blocksOf, boundsIn } from './blocks.ts'
import type { NamedReading } from './named-reading.ts'
import { escapeXml } from './xml.ts'

/** A document of all photographs, a page each. */
export function toHocr(readings: readonly NamedReading[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
 <head>
  <title>${escapeXml(readings.map(({ path }) => path).join(', '))}</title>
  <meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
  <meta name="ocr-system" content="safl" />
  <meta name="ocr-number-of-pages" content="${readings.length}" />
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf" />
 </head>
 <body>
${readings.map((reading, place) => pageOf(reading, place + 1)).join('')} </body>
</html>
`
}

function pageOf({ path, reading }: NamedReading, page: number): string {
  const { width, height } = reading
  const properties = [
    // Quotes would end the name.
    `image "${path.replaceAll('"', '%22')}"`,
    bbox({ left: 0, top: 0, right: width, bottom: height }),
    `ppageno ${page - 1}`,
  ]
  const blocks = blocksOf(reading).map(({ lines, bounds }, block) => {
    const id = `${page}_${block + 1}`
    const title = titleOf([bbox(bounds)])
    const written = lines.map((line, place) => lineOf(line, { id: `${id}_${place + 1}`, reading }))
    return `   <div class="ocr_carea" id="block_${id}" ${title}>
    <p class="ocr_par" id="par_${id}" ${title}>
${written.join('')}    </p>
   </div>
`
  })
  return `  <div class="ocr_page" id="page_${page}" ${titleOf(properties)}>\n${blocks.join('')}  </div>\n`
}

interface Placing {
  readonly id: string
  readonly reading: NamedReading['reading']
}

function lineOf(line: ReadLine, { id, reading }: Placing): string {
  const bounds = boundsIn(reading, line)
  const properties = [bbox(bounds), ...slope(line.quadrilateral, bounds)]
  const words = line.words.map((word, place) => wordOf(word, { id: `${id}_${place + 1}`, reading }))
  return `     <span class="ocr_line" id="line_${id}" ${titleOf(properties)}>\n${words.join('')}     </span>\n`
}

function wordOf(word: ReadWord, { id, reading }: Placing): string {
  const { characters, confidence, text } = word
  const sure = characters.map(({ probability }) => percent(probability)).join(' ')
  const properties = [
    bbox(boundsIn(reading, word)),
    `x_wconf ${percent(confidence)}`,
    ...(sure === '' ? [] : [`x_confs ${sure}`]),
  ]
  return `      <span class="ocrx_word" id="word_${id}" ${titleOf(properties)}>${escapeXml(text)}</span>\n`
}

const percent = (share: number) => `${Math.round(10_000 * share) / 100}`

const titleOf = (properties: readonly string[]) => `title="${escapeXml(properties.join('; '))}"`

const bbox = ({ left, top, right, bottom }: Bounds) => `bbox ${left} ${top} ${right} ${bottom}`

/** Degrees from which on a line is said to be turned rather than to have a slanting baseline. */
const TURNED = 45

/**
 * How a line runs: its lower edge as a baseline, down by so much a pixel, and from the lower left corner of its bounds; or by
 * how many degrees it is turned anticlockwise.
 */
function slope([a, b, c, d]: Quadrilateral, { left, bottom }: Bounds): string[] {
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI
  if (Math.abs(angle) > TURNED) return [`textangle ${Math.round(-100 * angle) / 100}`]
  const rise = (c[1] - d[1]) / (c[0] - d[0])
  const offset = Math.round(d[1] + rise * (left - d[0]) - bottom)
  return [
    `baseline ${Number.isFinite(rise) ? Math.round(rise * 1000) / 1000 : 0} ${Number.isFinite(offset) ? offset : 0}`,
  ]
}
