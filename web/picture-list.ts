/** The pictures that were read, to go back to. */
import type { PictureReading } from './read-picture.ts'

export interface Picture {
  readonly name: string
  /** Its pixels; the bitmap is the caller's. */
  open(): Promise<ImageBitmap>
  /** Null before it is read. */
  read: PictureReading | null
}

/** More are forgotten, the oldest first. */
const MOST = 20

export interface PictureList {
  /** Adds a picture, or what was read of it anew. */
  put(picture: Picture): void
  /** Marks the one that is shown. */
  mark(picture: Picture | null): void
}

/** Hidden while there is only one. */
export function pictureList(element: HTMLElement, choose: (picture: Picture) => void): PictureList {
  const list = element.querySelector('ol')!
  const buttons = new Map<Picture, HTMLButtonElement>()
  const put = (picture: Picture) => {
    const text = picture.read?.reading.text.replaceAll('\n', ' ') || 'nothing'
    const [name, read] = [picture.name, text].map((content) =>
      Object.assign(document.createElement('span'), { textContent: content }),
    )
    const known = buttons.get(picture)
    const button = known ?? document.createElement('button')
    button.replaceChildren(name!, ' ', read!)
    if (known) return
    button.type = 'button'
    button.addEventListener('click', () => choose(picture))
    buttons.set(picture, button)
    const item = document.createElement('li')
    item.append(button)
    list.prepend(item)
    if (buttons.size > MOST) {
      const [oldest, its] = [...buttons][0]!
      buttons.delete(oldest)
      its.parentElement!.remove()
    }
    element.hidden = buttons.size < 2
  }
  const mark = (picture: Picture | null) => {
    for (const [each, button] of buttons) button.setAttribute('aria-current', String(each === picture))
  }
  return { put, mark }
}
