/** The picture that is looked at: its words over it, its text beside it, one of its words closely. */
import type { Quadrilateral } from '../src/browser.ts'
import type { PageReader } from './load-reader.ts'
import { button, element, say } from './page-parts.ts'
import { percent } from './percent.ts'
import { type Picture, type PictureList, pictureList } from './picture-list.ts'
import { boxWithin } from './picture-part.ts'
import { lookAt, type PictureReading, readAsOneWord, readPicture } from './read-picture.ts'
import { selectOn } from './selection.ts'
import { shownPicture } from './shown-picture.ts'
import { summary } from './summary.ts'
import { wordDetails } from './word-details.ts'
import { wordLayer } from './word-layer.ts'

export interface ViewerOptions {
  readonly loading: Promise<PageReader>
  /** Called when a picture is chosen among those that were read. */
  readonly choose: (picture: Picture) => void
}

/** Of a crop that holds more than one, too. */
const findWords = (reader: PageReader, bitmap: ImageBitmap) => readPicture(reader, bitmap, { evenInCrops: true })

export class Viewer {
  private readonly loading: Promise<PageReader>
  private readonly stage = element('stage')
  private readonly details = element('details')
  private readonly shown = shownPicture(this.stage, element<HTMLCanvasElement>('picture'), element('layer'))
  private readonly words = wordLayer(element('words'), ({ quadrilateral }) => void this.look(quadrilateral))
  private readonly frame = selectOn({
    surface: element('picture'),
    shape: element('frame'),
    size: this.shown.bitmap,
    choose: (part) => void this.look(boxWithin(part), 'a part'),
  })
  private readonly list: PictureList
  private finds = false
  private looks = 0
  private seen: Picture | null = null

  constructor({ loading, choose }: ViewerOptions) {
    this.loading = loading
    this.list = pictureList(element('pictures'), choose)
    loading.then(
      ({ finds }) => {
        this.finds = finds
      },
      // Whoever reads is told.
      () => {},
    )
  }

  /** What is seen now. */
  get current(): Picture | null {
    return this.seen
  }

  /** Whether somebody is at the words, so that they should stay. */
  get isInUse(): boolean {
    return this.words.isInUse()
  }

  /** Shows a picture, and reads it unless it was read. */
  async show(picture: Picture): Promise<void> {
    let bitmap: ImageBitmap
    try {
      bitmap = await picture.open()
    } catch {
      say(`${picture.name} is no picture that this browser can read.`)
      return
    }
    this.seen = picture
    this.stage.removeAttribute('aria-busy')
    element('empty').hidden = true
    this.present(null)
    this.shown.show(bitmap)
    this.list.mark(picture)
    if (picture.read) this.present(picture.read)
    else await this.read(picture, (reader, pixels) => readPicture(reader, pixels))
  }

  /** Lays the words of a frame over what shows it. */
  showFrame(name: string, bitmap: ImageBitmap, read: PictureReading): void {
    this.seen = { name, open: () => createImageBitmap(bitmap), read }
    this.shown.hold(bitmap)
    this.lay(read)
  }

  /** Takes the picture away. */
  clear(): void {
    this.seen = null
    this.present(null)
    this.list.mark(null)
  }

  /** Reads the picture that is shown as one word, or, where that was done, finds its words. */
  async readOtherwise(): Promise<void> {
    if (this.seen) await this.read(this.seen, this.seen.read?.isOneWord ? findWords : readAsOneWord)
  }

  private async read(picture: Picture, how: typeof findWords): Promise<void> {
    const isShown = () => this.seen === picture
    // What is shown is closed when the next picture comes.
    const bitmap = await createImageBitmap(this.shown.bitmap()!)
    this.stage.setAttribute('aria-busy', 'true')
    try {
      const reader = await this.loading
      if (isShown()) say(`Reading ${picture.name}…`)
      const started = performance.now()
      picture.read = await how(reader, bitmap)
      const milliseconds = performance.now() - started
      this.list.put(picture)
      if (!isShown()) return
      this.list.mark(picture)
      say(`Read ${picture.name} in ${milliseconds.toFixed(0)} ms: ${summary(picture.read)}`)
      this.present(picture.read)
    } catch (error) {
      if (isShown()) say(`${picture.name}: ${(error as Error).message}`)
    } finally {
      bitmap.close()
      if (isShown()) this.stage.removeAttribute('aria-busy')
    }
  }

  /** Looks closely at a word, or at a part that is read as one, which then is said under its name. */
  private async look(place: Quadrilateral, name?: string): Promise<void> {
    const bitmap = this.shown.bitmap()
    if (!bitmap) return
    const turn = ++this.looks
    // Of a word that is all there is, everything is said already.
    const isToldAlready = this.seen?.read?.isOneWord
    try {
      const closer = await lookAt(await this.loading, bitmap, place)
      // Another word, or another picture, was chosen meanwhile.
      if (turn !== this.looks) return
      this.details.replaceChildren(...wordDetails(closer))
      this.details.hidden = false
      const { word, milliseconds } = closer
      const said = word ? `${word.text}, ${percent(word.confidence)} sure` : 'nothing'
      if (name) say(`Read ${name} in ${milliseconds.toFixed(0)} ms: ${said}.`)
      else if (!isToldAlready) say(`A closer look: ${said}.`)
    } catch (error) {
      say(`${name ?? 'the word'}: ${(error as Error).message}`)
    }
  }

  /** Lays words over the picture that is shown, and opens the one that is all there is; null takes all away. */
  private present(read: PictureReading | null): void {
    this.looks++
    this.frame.clear()
    this.details.hidden = true
    button('whole').hidden = !(this.finds && read)
    button('whole').textContent = read?.isOneWord ? 'Find all words' : 'Read as one word'
    this.lay(read)
    const [word] = read?.reading.words ?? []
    if (read?.isOneWord && word) void this.look(word.quadrilateral)
  }

  /** The words over the picture, and their text beside it. */
  private lay(read: PictureReading | null): void {
    this.words.show(read?.reading ?? null)
    const lines = read?.reading.lines ?? []
    const paragraphs = lines.map(({ text }) => Object.assign(document.createElement('p'), { textContent: text }))
    element('text').replaceChildren(...paragraphs)
    element('reading').hidden = lines.length === 0
  }
}
