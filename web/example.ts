/** A picture for whoever has none at hand. */

interface Sign {
  readonly at: readonly [x: number, y: number]
  readonly size: readonly [width: number, height: number]
  /** Degrees clockwise. */
  readonly angle: number
  readonly colours: readonly [ground: string, ink: string]
  readonly lines: readonly string[]
}

const signs: readonly Sign[] = [
  { at: [70, 70], size: [430, 190], angle: -4, colours: ['#14532d', '#f7f3e3'], lines: ['FRESH BREAD', 'every day'] },
  {
    at: [610, 40],
    size: [340, 250],
    angle: 7,
    colours: ['#f4c430', '#1d1d1d'],
    lines: ['HOTEL', 'Central', '24 hours'],
  },
  { at: [180, 350], size: [560, 150], angle: 3, colours: ['#1e40af', '#ffffff'], lines: ['STATION SQUARE'] },
  { at: [790, 400], size: [170, 170], angle: -12, colours: ['#b91c1c', '#ffffff'], lines: ['EXIT'] },
]

/** Four signs on a wall at dusk. */
export async function drawExample(): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(1024, 640)
  const context = canvas.getContext('2d')!
  const wall = context.createLinearGradient(0, 0, 1024, 640)
  wall.addColorStop(0, '#cfc6b8')
  wall.addColorStop(1, '#7d7468')
  context.fillStyle = wall
  context.fillRect(0, 0, 1024, 640)
  for (const sign of signs) hang(context, sign)
  return createImageBitmap(canvas)
}

function hang(context: OffscreenCanvasRenderingContext2D, { at, size, angle, colours, lines }: Sign): void {
  const [width, height] = size
  const [ground, ink] = colours
  context.save()
  context.translate(...at)
  context.rotate((angle * Math.PI) / 180)
  Object.assign(context, { fillStyle: ground, shadowColor: 'rgb(0 0 0 / 0.45)', shadowBlur: 18, shadowOffsetY: 8 })
  context.beginPath()
  context.roundRect(0, 0, width, height, 12)
  context.fill()
  Object.assign(context, { fillStyle: ink, shadowColor: 'transparent', textAlign: 'center', textBaseline: 'middle' })
  const step = height / (lines.length + 0.4)
  for (const [place, line] of lines.entries()) {
    context.font = `600 ${0.62 * step}px sans-serif`
    context.fillText(line, width / 2, (place + 0.7) * step, width - 40)
  }
  context.restore()
}
