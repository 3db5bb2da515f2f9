/** The words over their picture: real text in invisible ink, to be selected, copied, and stepped through. */
import type { PhotographReading, Quadrilateral, ReadWord } from '../src/browser.ts'
import { percent } from './percent.ts'

export interface WordLayer {
  /** Lays words over a picture; none when null. */
  show(reading: PhotographReading | null): void
  /** Whether somebody is at the words, so that they should stay as they are. */
  isInUse(): boolean
}

/** Below this the word's colour says that it is not sure. */
const SURE = 0.7
/** The size at which the style sheet has words, pixels, before they are fitted. */
const MEASURED = 100

/**
 * The layer is as large as the picture in its own pixels, and scaled with it. Elements come in reading order, so that the
 * browser selects and copies in that order: a block a line, its words parted by spaces.
 */
export function wordLayer(layer: HTMLElement, choose: (word: ReadWord) => void): WordLayer {
  layer.setAttribute('role', 'group')
  layer.setAttribute('aria-label', 'Words in the picture. Arrow keys go from word to word, Enter looks closer.')
  let lines: HTMLElement[][] = []
  const words = new Map<HTMLElement, ReadWord>()

  const element = (word: ReadWord): HTMLElement => {
    const span = document.createElement('span')
    const { text, confidence } = word
    span.className = confidence < SURE ? 'word unsure' : 'word'
    span.textContent = text
    span.tabIndex = -1
    span.setAttribute('role', 'button')
    span.setAttribute('aria-label', confidence < SURE ? `${text}, ${percent(confidence)} sure` : text)
    words.set(span, word)
    return span
  }
  const show = (reading: PhotographReading | null) => {
    words.clear()
    lines = (reading?.lines ?? []).map((line) => line.words.map(element))
    layer.replaceChildren(
      ...lines.map((line) => {
        const block = document.createElement('div')
        block.append(...line.flatMap((word, place) => (place > 0 ? [' ', word] : [word])))
        return block
      }),
    )
    // All are measured before any is changed: one layout for all.
    const sizes = [...words].map(([word, { quadrilateral }]) => ({ word, quadrilateral, width: word.offsetWidth }))
    for (const { word, quadrilateral, width } of sizes) layOver(word, quadrilateral, width / MEASURED)
    const first = lines[0]?.[0]
    if (first) first.tabIndex = 0
  }
  const focus = (word: HTMLElement | undefined) => {
    if (!word) return
    for (const each of words.keys()) each.tabIndex = each === word ? 0 : -1
    word.focus()
  }

  layer.addEventListener('click', ({ target }) => {
    const word = words.get(target as HTMLElement)
    // The end of a drag over text is no wish to look closer.
    if (word && getSelection()?.isCollapsed !== false) choose(word)
  })
  layer.addEventListener('keydown', (event) => {
    const word = words.get(event.target as HTMLElement)
    if (!word || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    if (event.key === 'Enter' || event.key === ' ') choose(word)
    else if (isStep(event.key)) focus(next(lines, event.target as HTMLElement, event.key))
    else return
    event.preventDefault()
  })
  return {
    show,
    isInUse: () => layer.contains(document.activeElement) || isSelected(layer),
  }
}

function isSelected(layer: HTMLElement): boolean {
  const selection = getSelection()
  return selection !== null && !selection.isCollapsed && layer.contains(selection.anchorNode)
}

const steps = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'] as const
type Step = (typeof steps)[number]
const isStep = (key: string): key is Step => (steps as readonly string[]).includes(key)

/** Along the text by left and right, to the nearest word of the line before or after by up and down, to its ends. */
function next(lines: readonly HTMLElement[][], from: HTMLElement, step: Step): HTMLElement | undefined {
  const all = lines.flat()
  const line = lines.findIndex((words) => words.includes(from))
  const middle = (word: HTMLElement) => {
    const { left, right } = word.getBoundingClientRect()
    return (left + right) / 2
  }
  const nearest = (words: readonly HTMLElement[] = []) =>
    [...words].sort((a, b) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0]
  switch (step) {
    case 'ArrowLeft':
      return all[all.indexOf(from) - 1]
    case 'ArrowRight':
      return all[all.indexOf(from) + 1]
    case 'ArrowUp':
      return nearest(lines[line - 1])
    case 'ArrowDown':
      return nearest(lines[line + 1])
    case 'Home':
      return all[0]
    case 'End':
      return all.at(-1)
  }
}

/**
 * Fits a word to a quadrilateral: as high as that, its characters spread along it, or smaller where they are too long. What is
 * no rectangle, as boxes of others may be, is laid over as a parallelogram.
 */
function layOver(word: HTMLElement, [a, b, c, d]: Quadrilateral, ems: number): void {
  const along = [0, 1].map((axis) => (b[axis]! + c[axis]! - a[axis]! - d[axis]!) / 2)
  const down = [0, 1].map((axis) => (c[axis]! + d[axis]! - a[axis]! - b[axis]!) / 2)
  const [width, height] = [Math.hypot(...along), Math.hypot(...down)]
  const size = Math.min(height, width / ems)
  const matrix = [...along.map((part) => part / width), ...down.map((part) => part / height), ...a]
  Object.assign(word.style, {
    fontSize: `${size}px`,
    letterSpacing: `${(width - size * ems) / word.textContent.length}px`,
    lineHeight: `${height}px`,
    transform: `matrix(${matrix.map((value) => value.toFixed(5)).join(', ')})`,
  })
}
