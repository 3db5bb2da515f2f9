/** The frame around the part of a picture that is to be read: drawn by dragging, or moved and resized by arrow keys. */
import type { Frame } from './picture-part.ts'

/** Smallest part that is read, pixels of the picture. */
const LEAST = 8
/** Of the picture's width or height that an arrow key moves the frame by. */
const STEP = 1 / 40

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)

export interface SelectionOptions {
  /** What is dragged over, and has the focus; it shows the whole picture. */
  readonly surface: HTMLElement
  /** The element that shows the frame, placed in pixels of the picture. */
  readonly shape: HTMLElement
  /** Of the picture that is shown, pixels; null without one. */
  readonly size: () => { readonly width: number; readonly height: number } | null
  /** Takes every frame that is dragged, or confirmed by Enter. */
  readonly choose: (frame: Frame) => void
}

export interface Selection {
  /** Takes the frame away. */
  clear(): void
}

export function selectOn({ surface, shape, size, choose }: SelectionOptions): Selection {
  let frame: Frame | null = null
  let from: { x: number; y: number } | null = null
  const set = (next: Frame | null) => {
    frame = next
    shape.hidden = !frame
    if (!frame) return
    for (const side of ['left', 'top', 'width', 'height'] as const) shape.style[side] = `${frame[side]}px`
  }
  const placeOf = ({ clientX, clientY }: PointerEvent, { width, height }: { width: number; height: number }) => {
    const box = surface.getBoundingClientRect()
    return {
      x: clamp(((clientX - box.left) * width) / box.width, 0, width),
      y: clamp(((clientY - box.top) * height) / box.height, 0, height),
    }
  }
  const drag = (event: PointerEvent) => {
    const within = size()
    if (!from || !within) return
    const to = placeOf(event, within)
    const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)]
    set({ left, top, width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) })
  }
  const confirm = () => {
    if (frame && frame.width >= LEAST && frame.height >= LEAST) choose(frame)
    else set(null)
  }
  surface.addEventListener('pointerdown', (event) => {
    const within = size()
    if (!within || event.button !== 0) return
    from = placeOf(event, within)
    surface.setPointerCapture(event.pointerId)
  })
  surface.addEventListener('pointermove', drag)
  surface.addEventListener('pointerup', (event) => {
    drag(event)
    if (from) confirm()
    from = null
  })
  // The browser took the gesture over, to scroll.
  surface.addEventListener('pointercancel', () => {
    from = null
    set(null)
  })
  surface.addEventListener('keydown', (event) => {
    const within = size()
    if (!within) return
    if (event.key === 'Enter') confirm()
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    const { width, height } = within
    const first = { left: width / 4, top: height / 4, width: width / 2, height: height / 2 }
    set(
      changed(frame ?? first, {
        across: move[0] * width * STEP,
        down: move[1] * height * STEP,
        resize: event.shiftKey,
        within,
      }),
    )
  })
  return { clear: () => set(null) }
}

interface Change {
  readonly across: number
  readonly down: number
  /** Of the right and lower edge, instead of a move. */
  readonly resize: boolean
  readonly within: { readonly width: number; readonly height: number }
}

function changed({ left, top, width, height }: Frame, { across, down, resize, within }: Change): Frame {
  if (!resize) {
    const moved = {
      left: clamp(left + across, 0, within.width - width),
      top: clamp(top + down, 0, within.height - height),
    }
    return { ...moved, width, height }
  }
  return {
    left,
    top,
    width: clamp(width + across, LEAST, within.width - left),
    height: clamp(height + down, LEAST, within.height - top),
  }
}
