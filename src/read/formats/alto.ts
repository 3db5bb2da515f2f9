/** Readings as an ALTO document (Library of Congress, version 4.4). */
import type { Bounds, Quadrilateral } from '../../image/quadrilateral.ts'
import type { PhotographReading, ReadLine, ReadWord } from '../photograph-reading.ts'
import { blocksOf, boundsIn, type TextBlock } from './blocks.ts'
import type { NamedReading } from './named-reading.ts'
import { escapeXml } from './xml.ts'

const NAMESPACE = 'http://www.loc.gov/standards/alto/ns-v4#'

/**
 * A document of all photographs, a page each. It names the file of a single one; ALTO has no place for the names of several,
 * which are listed in the order of their pages as the settings of the processing.
 */
export function toAlto(readings: readonly NamedReading[]): string {
  const [only] = readings.length === 1 ? readings : []
  const source = only
    ? `<sourceImageInformation><fileName>${escapeXml(only.path)}</fileName></sourceImageInformation>`
    : ''
  const names = readings.map(({ path }) => escapeXml(path)).join(' ')
  const settings = only || names === '' ? '' : `<processingStepSettings>${names}</processingStepSettings>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${NAMESPACE} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd" SCHEMAVERSION="4.4">
 <Description>
  <MeasurementUnit>pixel</MeasurementUnit>
  ${source}
  <Processing ID="safl"><processingCategory>contentGeneration</processingCategory>${settings}<processingSoftware><softwareName>safl</softwareName></processingSoftware></Processing>
 </Description>
 <Layout>
${readings.map((reading, place) => pageOf(reading, place + 1)).join('')} </Layout>
</alto>
`
}

function pageOf({ reading }: NamedReading, page: number): string {
  const { width, height } = reading
  const blocks = blocksOf(reading).map((block, place) => blockOf(block, { id: `${page}_${place + 1}`, reading }))
  const space = placeOf({ left: 0, top: 0, right: width, bottom: height })
  return `  <Page ID="page_${page}" PHYSICAL_IMG_NR="${page}" WIDTH="${width}" HEIGHT="${height}" PROCESSINGREFS="safl">
   <PrintSpace ${space}>
${blocks.join('')}   </PrintSpace>
  </Page>
`
}

interface Placing {
  readonly id: string
  readonly reading: PhotographReading
}

function blockOf({ lines, bounds }: TextBlock, { id, reading }: Placing): string {
  const written = lines.map((line, place) => lineOf(line, { id: `${id}_${place + 1}`, reading }))
  return `    <TextBlock ID="block_${id}" ${placeOf(bounds)}>\n${written.join('')}    </TextBlock>\n`
}

function lineOf(line: ReadLine, { id, reading }: Placing): string {
  const [, , right, left] = line.quadrilateral
  const words = line.words.map((word, place) => {
    const space = place < line.words.length - 1 ? '<SP/>' : ''
    return `      ${wordOf(word, { id: `${id}_${place + 1}`, reading })}${space}\n`
  })
  return `     <TextLine ID="line_${id}" ${placeOf(boundsIn(reading, line))} BASELINE="${points([left, right])}">
      ${shapeOf(line.quadrilateral)}
${words.join('')}     </TextLine>
`
}

function wordOf(word: ReadWord, { id, reading }: Placing): string {
  const { text, confidence, characters, quadrilateral } = word
  // A digit a character, 0 where it is sure and 9 where it is not.
  const unsure = characters.map(({ probability }) => Math.round(9 * (1 - probability))).join(' ')
  const sure = `WC="${Math.round(confidence * 10_000) / 10_000}"${unsure === '' ? '' : ` CC="${unsure}"`}`
  return `<String ID="word_${id}" CONTENT="${escapeXml(text)}" ${placeOf(boundsIn(reading, word))} ${sure}>${shapeOf(quadrilateral)}</String>`
}

const shapeOf = (quadrilateral: Quadrilateral) => `<Shape><Polygon POINTS="${points(quadrilateral)}"/></Shape>`

/** x,y pairs, whole pixels. */
const points = (corners: readonly (readonly [number, number])[]) =>
  corners.map(([x, y]) => `${Math.round(x)},${Math.round(y)}`).join(' ')

const placeOf = ({ left, top, right, bottom }: Bounds) =>
  `HPOS="${left}" VPOS="${top}" WIDTH="${right - left}" HEIGHT="${bottom - top}"`
