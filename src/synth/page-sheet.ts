/** A picture of many pages with their words' quadrilaterals. */
import { createCanvas } from '@napi-rs/canvas'
import { toCanvas } from './contact-sheet.ts'
import type { Page } from './page.ts'

export interface PageSheetOptions {
  readonly columns?: number
  /** Width of a page on the sheet, pixels. */
  readonly width?: number
}

/** PNG bytes: pages in rows. Words in green, their upper edge in magenta; those that nobody is asked to find in red. */
export function drawPageSheet(pages: readonly Page[], { columns = 4, width = 480 }: PageSheetOptions = {}): Buffer {
  const { image: first } = pages[0] ?? { image: { width: 1, height: 1 } }
  const height = Math.round((width * first.height) / first.width)
  const rows = Math.ceil(pages.length / columns)
  const canvas = createCanvas(Math.max(1, Math.min(columns, pages.length)) * width, Math.max(1, rows) * height)
  const context = canvas.getContext('2d')
  pages.forEach(({ image, words }, index) => {
    const [left, top] = [(index % columns) * width, Math.floor(index / columns) * height]
    const scale = width / image.width
    context.drawImage(toCanvas(image), left, top, width, height)
    context.lineWidth = 1
    for (const { quadrilateral, ignored } of words) {
      const corners = quadrilateral.map(([x, y]) => [left + x * scale, top + y * scale] as const)
      context.strokeStyle = ignored ? '#ff3030' : '#30ff30'
      context.beginPath()
      for (const [x, y] of corners) context.lineTo(x, y)
      context.closePath()
      context.stroke()
      if (ignored) continue
      context.strokeStyle = '#ff30ff'
      context.beginPath()
      for (const [x, y] of corners.slice(0, 2)) context.lineTo(x, y)
      context.stroke()
    }
  })
  return canvas.toBuffer('image/png')
}
