/** The frame around the part of a picture that is to be read: drawn by dragging, or moved and resized by arrow keys. */

export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Smallest part that is read, pixels of the picture. */
const LEAST = 8
/** Of the picture's width or height that an arrow key moves the frame by. */
const STEP = 1 / 40

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)

/** Calls `choose` with every frame that is dragged, or confirmed by Enter. `show` gives the picture, null without one. */
export function selectOn(
  canvas: HTMLCanvasElement,
  show: () => ImageBitmap | null,
  choose: (frame: Frame) => void,
): void {
  let frame: Frame | null = null
  let from: { x: number; y: number } | null = null
  const draw = () => {
    const shown = show()
    if (!shown) return
    const context = canvas.getContext('2d')!
    context.drawImage(shown, 0, 0)
    if (!frame) return
    // Light within dark: seen on any picture.
    const line = Math.max(2, canvas.width / 300)
    for (const [colour, width] of [
      ['#000', 2 * line],
      ['#fff', line],
    ] as const) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width })
      context.strokeRect(frame.left, frame.top, frame.width, frame.height)
    }
  }
  const placeOf = ({ clientX, clientY }: PointerEvent) => {
    const box = canvas.getBoundingClientRect()
    return {
      x: clamp(((clientX - box.left) * canvas.width) / box.width, 0, canvas.width),
      y: clamp(((clientY - box.top) * canvas.height) / box.height, 0, canvas.height),
    }
  }
  const drag = (event: PointerEvent) => {
    if (!from) return
    const to = placeOf(event)
    const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)]
    frame = { left, top, width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) }
    draw()
  }
  const confirm = () => {
    if (frame && frame.width >= LEAST && frame.height >= LEAST) choose(frame)
  }
  canvas.addEventListener('pointerdown', (event) => {
    from = placeOf(event)
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', drag)
  canvas.addEventListener('pointerup', (event) => {
    drag(event)
    if (from) confirm()
    from = null
  })
  // The browser took the gesture over, to scroll.
  canvas.addEventListener('pointercancel', () => {
    from = frame = null
    draw()
  })
  canvas.addEventListener('keydown', (event) => {
    if (!show()) return
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
    const { width, height } = canvas
    frame = changed(frame ?? { left: width / 4, top: height / 4, width: width / 2, height: height / 2 }, {
      across: move[0] * width * STEP,
      down: move[1] * height * STEP,
      resize: event.shiftKey,
      within: { width, height },
    })
    draw()
  })
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
