/** The picture that is looked at: its words over it, its text beside it, one of its words closely. */
import type { Quadrilateral } from '../src/browser.ts'
import type { PageReader } from './load-reader.ts'
import { button, element, say } from './page-parts.ts'
import { percent } from './percent.ts'
import { type Picture, pictureList } from './picture-list.ts'
import { boxWithin } from './picture-part.ts'
import { lookAt, type PictureReading, readAsOneWord, readPicture, wholeOf } from './read-picture.ts'
import { selectOn } from './selection.ts'
import { shownPicture } from './shown-picture.ts'
import { summary } from './summary.ts'
import { wordDetails } from './word-details.ts'
import { wordLayer } from './word-layer.ts'

export interface Viewer {
  /** What is seen now. */
  current(): Picture | null
  /** Shows a picture, and reads it unless it was read. */
  show(picture: Picture): Promise<void>
  /** Takes the picture away. */
  clear(): void
  /** Reads the picture that is shown as one word. */
  readAsOne(): Promise<void>
  /** Lays the words of a frame over what shows it. */
  showFrame(name: string, bitmap: ImageBitmap, read: PictureReading): void
  /** Whether somebody is at the words, so that they should stay. */
  isInUse(): boolean
}

export interface ViewerOptions {
  readonly loading: Promise<PageReader>
  /** Called when a picture is chosen among those that were read. */
  readonly choose: (picture: Picture) => void
}

export function createViewer({ loading, choose }: ViewerOptions): Viewer {
  const stage = element('stage')
  const canvas = element<HTMLCanvasElement>('picture')
  const details = element('details')
  const shown = shownPicture(stage, canvas, element('layer'))
  const words = wordLayer(element('words'), ({ quadrilateral }) => void look(quadrilateral))
  const frame = selectOn({
    surface: canvas,
    shape: element('frame'),
    size: shown.bitmap,
    choose: (part) => void look(boxWithin(part), 'a part'),
  })
  const list = pictureList(element('pictures'), choose)
  let current: Picture | null = null

  /** Lays the words over the picture, and their text beside it; null takes both away. */
  const present = (read: PictureReading | null) => {
    frame.clear()
    details.hidden = true
    lay(read)
    if (read?.isOneWord) void look(read.reading.words[0]?.quadrilateral ?? wholeOf(shown.bitmap()!))
  }
  const lay = (read: PictureReading | null) => {
    words.show(read?.reading ?? null)
    const lines = read?.reading.lines ?? []
    const paragraphs = lines.map(({ text }) => Object.assign(document.createElement('p'), { textContent: text }))
    element('text').replaceChildren(...paragraphs)
    element('reading').hidden = lines.length === 0
  }
  const show = async (picture: Picture) => {
    let bitmap: ImageBitmap
    try {
      bitmap = await picture.open()
    } catch {
      say(`${picture.name} is no picture that this browser can read.`)
      return
    }
    current = picture
    stage.removeAttribute('aria-busy')
    element('empty').hidden = true
    present(null)
    shown.show(bitmap)
    button('whole').hidden = false
    list.mark(picture)
    if (picture.read) present(picture.read)
    else await read(picture, readPicture)
  }
  const read = async (picture: Picture, how: typeof readPicture | typeof readAsOneWord) => {
    const isShown = () => current === picture
    const isNew = !picture.read
    // What is shown is closed when the next picture comes.
    const bitmap = await createImageBitmap(shown.bitmap()!)
    stage.setAttribute('aria-busy', 'true')
    try {
      const reader = await loading
      if (isShown()) say(`Reading ${picture.name}…`)
      const started = performance.now()
      picture.read = await how(reader, bitmap)
      const milliseconds = performance.now() - started
      if (isNew) list.add(picture)
      if (!isShown()) return
      list.mark(picture)
      say(`Read ${picture.name} in ${milliseconds.toFixed(0)} ms: ${summary(picture.read)}`)
      present(picture.read)
    } catch (error) {
      if (isShown()) say(`${picture.name}: ${(error as Error).message}`)
    } finally {
      bitmap.close()
      if (isShown()) stage.removeAttribute('aria-busy')
    }
  }
  /** Looks closely at a word, or at a part that is read as one, which then is said under its name. */
  const look = async (place: Quadrilateral, name?: string) => {
    const picture = current
    const bitmap = shown.bitmap()
    if (!bitmap) return
    try {
      const closer = await lookAt(await loading, bitmap, place)
      // Of a live view every frame is another picture of the same name.
      if (current?.name !== picture?.name) return
      details.replaceChildren(...wordDetails(closer))
      details.hidden = false
      const { word, milliseconds } = closer
      const said = word ? `${word.text}, ${percent(word.confidence)} sure` : 'nothing'
      if (name) say(`Read ${name} in ${milliseconds.toFixed(0)} ms: ${said}.`)
      else if (!picture?.read?.isOneWord) say(`A closer look: ${said}.`)
    } catch (error) {
      say(`${name ?? 'the word'}: ${(error as Error).message}`)
    }
  }
  return {
    current: () => current,
    show,
    clear: () => {
      current = null
      present(null)
      list.mark(null)
      button('whole').hidden = true
    },
    readAsOne: async () => {
      if (current) await read(current, readAsOneWord)
    },
    showFrame: (name, bitmap, its) => {
      current = { name, open: () => createImageBitmap(bitmap), read: its }
      shown.hold(bitmap)
      lay(its)
    },
    isInUse: words.isInUse,
  }
}
