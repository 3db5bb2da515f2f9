/** A word that was read: its text with how sure each character is, and where on the straightened word it was seen. */
import { type AttentionMap, drawAttention, type Recognition, type RgbImage } from '../src/browser.ts'

export const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/**
 * A line of the list. The characters are one stop of the Tab key, and arrow keys go from one to the next; the one that has
 * the focus, or the pointer over it, lights up where the decoder looked for it.
 */
export function resultOf(
  name: string,
  { text, confidence, characters, geometry, attention }: Recognition,
): HTMLLIElement {
  const line = document.createElement('li')
  const canvas = document.createElement('canvas')
  canvas.setAttribute('aria-hidden', 'true')
  const show = (place?: number) => {
    const map = place === undefined ? undefined : attention?.[place]
    if (geometry) draw(canvas, map ? drawAttention(geometry.rectified, [map]) : geometry.rectified)
  }
  show()
  const word = document.createElement('span')
  word.className = 'word'
  word.setAttribute('role', 'group')
  word.setAttribute('aria-label', text || 'nothing')
  const letters = characters.map(({ character, probability }, place) => {
    const letter = document.createElement('button')
    letter.type = 'button'
    letter.textContent = character
    letter.tabIndex = place === 0 ? 0 : -1
    letter.style.setProperty('--sure', `${100 * probability}%`)
    const map = attention?.[place]
    const seen = map ? `, seen ${percent(middleOf(map))} from the left` : ''
    letter.setAttribute('aria-label', `${character}, ${percent(probability)} sure${seen}`)
    letter.addEventListener('focus', () => show(place))
    letter.addEventListener('pointerenter', () => show(place))
    for (const end of ['blur', 'pointerleave']) letter.addEventListener(end, () => show())
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
  const unsure = characters.filter(({ probability }) => probability < 0.9)
  const doubts = unsure.map(({ character, probability }) => `${character} ${percent(probability)}`)
  const note = document.createElement('span')
  note.textContent = `${percent(confidence)} sure, ${name}${doubts.length > 0 ? `; less sure of ${doubts.join(', ')}` : ''}`
  if (geometry) line.append(canvas)
  line.append(word, note)
  return line
}

/** The place that was looked at on average, as a share of the width. */
function middleOf(map: AttentionMap): number {
  return map.reduce((sum, share, column) => sum + (share * (column + 0.5)) / map.length, 0)
}

function draw(canvas: HTMLCanvasElement, { width, height, data }: RgbImage): void {
  const pixels = new ImageData(width, height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    pixels.data.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
    pixels.data[4 * pixel + 3] = 255
  }
  Object.assign(canvas, { width, height }).getContext('2d')!.putImageData(pixels, 0, 0)
}
