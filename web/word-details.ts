/** A word that was looked at closely: set straight, character by character, and what else it may be. */
import { type AttentionMap, drawAttention, type ReadWord, type RgbImage } from '../src/browser.ts'
import { percent } from './percent.ts'
import { draw } from './picture-part.ts'
import type { CloseLook } from './read-picture.ts'

/** Of a word's picture, unless it is too wide. */
const HEIGHT = 4

/**
 * The characters are one stop of the Tab key, and arrow keys go from one to the next; the one that has the focus, or the
 * pointer over it, lights up where the decoder looked for it, and says what else it may be.
 */
export function wordDetails({ crop, word, searched }: CloseLook): HTMLElement[] {
  const picture = canvasOf('The word, cut out and set straight')
  show(picture, crop)
  if (!word) return [picture, paragraph('note', 'Nothing to read here.')]
  const straight = canvasOf('What the network saw of it')
  const others = paragraph('note', sureness(word))
  const light = (place?: number) => {
    const map = place === undefined ? undefined : word.attention?.[place]
    if (word.geometry) show(straight, map ? drawAttention(word.geometry.rectified, [map]) : word.geometry.rectified)
    others.textContent = place === undefined ? sureness(word) : instead(word, searched, place)
  }
  light()
  return [
    picture,
    ...(word.geometry ? [straight] : []),
    charactersOf(word, light),
    others,
    ...alternativesOf(word, searched),
  ]
}

function charactersOf({ text, characters, attention }: ReadWord, light: (place?: number) => void): HTMLElement {
  const word = document.createElement('p')
  word.className = 'characters'
  word.setAttribute('role', 'group')
  word.setAttribute('aria-label', text)
  const letters = characters.map(({ character, probability }, place) => {
    const letter = document.createElement('button')
    letter.type = 'button'
    letter.textContent = character
    letter.tabIndex = place === 0 ? 0 : -1
    letter.style.setProperty('--sure', `${100 * probability}%`)
    const map = attention?.[place]
    const seen = map ? `, seen ${percent(middleOf(map))} from the left` : ''
    letter.setAttribute('aria-label', `${character}, ${percent(probability)} sure${seen}`)
    for (const start of ['focus', 'pointerenter']) letter.addEventListener(start, () => light(place))
    for (const end of ['blur', 'pointerleave']) letter.addEventListener(end, () => light())
    return letter
  })
  word.append(...letters)
  word.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const from = letters.indexOf(event.target as HTMLButtonElement)
    const to = step === undefined ? undefined : letters[from + step]
    if (!to) return
    event.preventDefault()
    for (const letter of letters) letter.tabIndex = letter === to ? 0 : -1
    to.focus()
  })
  return word
}

function sureness({ confidence, characters }: ReadWord): string {
  const unsure = characters.filter(({ probability }) => probability < 0.9)
  const doubts = unsure.map(({ character, probability }) => `${character} ${percent(probability)}`)
  return `${percent(confidence)} sure${doubts.length > 0 ? `; less sure of ${doubts.join(', ')}` : ''}`
}

/** What may stand in a character's place. */
function instead(word: ReadWord, searched: ReadWord | null, place: number): string {
  const { character, probability } = word.characters[place]!
  const others = searched?.text === word.text ? searched.characters[place]?.alternatives : undefined
  const shown = (others ?? []).filter((other) => other.probability >= 0.005)
  const or = shown.map((other) => `${other.character} ${percent(other.probability)}`)
  return `${character} ${percent(probability)}${or.length > 0 ? `; or ${or.join(', ')}` : ''}`
}

/** Most other words that are shown. */
const OTHER_WORDS = 3

/** The search may prefer another word to the one that a second look settled on. */
function alternativesOf({ text: read }: ReadWord, searched: ReadWord | null): HTMLElement[] {
  const all = searched ? [searched, ...(searched.alternatives ?? [])] : []
  const others = all
    .filter(({ text }) => text !== read)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, OTHER_WORDS)
  if (others.length === 0) return []
  const list = document.createElement('ul')
  list.setAttribute('aria-label', 'Other words that it may be')
  const items = others.map(({ text, confidence }) => {
    const item = document.createElement('li')
    item.append(Object.assign(document.createElement('span'), { textContent: text }))
    item.append(` ${confidence < 0.005 ? 'below 1\u00a0%' : percent(confidence)}`)
    return item
  })
  list.append(...items)
  return [paragraph('label', 'Or else'), list]
}

/** The place that was looked at on average, as a share of the width. */
function middleOf(map: AttentionMap): number {
  return map.reduce((sum, share, column) => sum + (share * (column + 0.5)) / map.length, 0)
}

/** At a size for the eye, however small it is. */
function show(canvas: HTMLCanvasElement, image: RgbImage): void {
  draw(canvas, image)
  canvas.style.width = `${(HEIGHT * image.width) / image.height}rem`
}

function canvasOf(label: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', label)
  return canvas
}

function paragraph(name: string, text: string): HTMLParagraphElement {
  return Object.assign(document.createElement('p'), { className: name, textContent: text })
}
