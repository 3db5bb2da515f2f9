/** The picture that is on the page, under its words. */

/** Most pixels of a side on the screen: what is read is the picture itself. */
const LONGEST = 2560

export interface ShownPicture {
  /** Shows a picture in place of the one before, which is closed. */
  show(bitmap: ImageBitmap): void
  /** Takes a picture that something else shows, a video, for the one that words lie over. */
  hold(bitmap: ImageBitmap): void
  readonly bitmap: () => ImageBitmap | null
}

/** The layer over it has the picture's own pixels, whatever size it is shown at. */
export function shownPicture(stage: HTMLElement, canvas: HTMLCanvasElement, layer: HTMLElement): ShownPicture {
  let shown: ImageBitmap | null = null
  const fit = () => {
    if (!shown) return
    const scale = stage.clientWidth / shown.width
    layer.style.width = `${shown.width}px`
    layer.style.height = `${shown.height}px`
    layer.style.setProperty('--scale', String(scale))
  }
  new ResizeObserver(fit).observe(stage)
  const hold = (bitmap: ImageBitmap) => {
    if (shown !== bitmap) shown?.close()
    shown = bitmap
    stage.hidden = false
    fit()
  }
  const show = (bitmap: ImageBitmap) => {
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
    const side = (length: number) => Math.max(1, Math.round(length * scale))
    Object.assign(canvas, { width: side(bitmap.width), height: side(bitmap.height) })
    const context = canvas.getContext('2d')!
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    hold(bitmap)
  }
  return { show, hold, bitmap: () => shown }
}
