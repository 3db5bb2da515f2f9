/** The page: pictures in by file, drop, paste or camera; a word, or a part that was dragged over, read and shown. */
import type { Recognition } from '../src/browser.ts'
import type { ReadReply, ReadRequest } from './reader-worker.ts'

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T
const picture = element<HTMLCanvasElement>('picture')
const video = element<HTMLVideoElement>('video')
const status = element('status')
const results = element('results')
const [whole, camera, shoot] = ['whole', 'camera', 'shoot'].map((id) => element<HTMLButtonElement>(id)) as [
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
]

const worker = new Worker(new URL('./reader-worker.ts', import.meta.url), { type: 'module' })
/** What each word that is being read was called. */
const waiting = new Map<number, string>()
let requests = 0
let shown: ImageBitmap | null = null

worker.addEventListener('message', ({ data }: MessageEvent<ReadReply>) => {
  if ('ready' in data) status.textContent = 'Ready.'
  else if ('failed' in data) status.textContent = `The recogniser could not be loaded: ${data.failed}`
  else {
    const name = waiting.get(data.id) ?? ''
    waiting.delete(data.id)
    if ('error' in data) status.textContent = `${name}: ${data.error}`
    else {
      results.prepend(resultOf(name, data.word))
      status.textContent = `Read ${name} in ${data.milliseconds.toFixed(0)} ms.`
    }
  }
})

function read(image: ImageBitmap, name: string): void {
  const request: ReadRequest = { id: requests++, image }
  waiting.set(request.id, name)
  worker.postMessage(request, [image])
}

/** A line of the list: the straightened word, its text with unsure characters marked, and its confidence. */
function resultOf(name: string, { text, confidence, characters, geometry }: Recognition): HTMLLIElement {
  const line = document.createElement('li')
  if (geometry) {
    const { width, height, data } = geometry.rectified
    const pixels = new ImageData(width, height)
    for (let pixel = 0; pixel < width * height; pixel++) {
      pixels.data.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
      pixels.data[4 * pixel + 3] = 255
    }
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    canvas.getContext('2d')!.putImageData(pixels, 0, 0)
    canvas.setAttribute('aria-hidden', 'true')
    line.append(canvas)
  }
  const word = document.createElement('span')
  word.className = 'word'
  word.setAttribute('aria-label', text || 'nothing')
  for (const { character, probability } of characters) {
    const letter = document.createElement('span')
    letter.textContent = character
    letter.title = `${character}: ${(100 * probability).toFixed(0)} %`
    if (probability < 0.5) letter.className = 'unsure'
    word.append(letter)
  }
  const note = document.createElement('span')
  note.textContent = `${(100 * confidence).toFixed(0)} % sure, ${name}`
  line.append(word, note)
  return line
}

async function take(source: Blob | HTMLVideoElement, name: string): Promise<void> {
  try {
    shown?.close()
    shown = await createImageBitmap(source)
    picture.width = shown.width
    picture.height = shown.height
    picture.getContext('2d')!.drawImage(shown, 0, 0)
    whole.disabled = false
    read(await createImageBitmap(shown), name)
  } catch {
    status.textContent = `${name} is no picture that this browser can read.`
  }
}

async function takeAll(files: Iterable<File>): Promise<void> {
  for (const file of files) await take(file, file.name || 'the pasted picture')
}

element<HTMLInputElement>('files').addEventListener('change', ({ target }) => {
  void takeAll((target as HTMLInputElement).files ?? [])
})
document.addEventListener('paste', ({ clipboardData }) => void takeAll(clipboardData?.files ?? []))
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  void takeAll(event.dataTransfer?.files ?? [])
})
whole.addEventListener('click', async () => {
  if (shown) read(await createImageBitmap(shown), 'the whole picture')
})

camera.addEventListener('click', async () => {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    await video.play()
    video.hidden = shoot.hidden = false
  } catch (error) {
    status.textContent = `The camera cannot be used: ${(error as Error).message}`
  }
})
shoot.addEventListener('click', async () => {
  await take(video, 'the photograph')
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop()
  video.hidden = shoot.hidden = true
})

/** Smallest part that is read, pixels of the picture. */
const LEAST = 8
let from: { x: number; y: number } | null = null

/** A pointer's place in the picture's own pixels. */
function placeOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
  const box = picture.getBoundingClientRect()
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most)
  return {
    x: clamp(((clientX - box.left) * picture.width) / box.width, picture.width),
    y: clamp(((clientY - box.top) * picture.height) / box.height, picture.height),
  }
}

picture.addEventListener('pointerdown', (event) => {
  from = placeOf(event)
  picture.setPointerCapture(event.pointerId)
})
picture.addEventListener('pointermove', (event) => {
  if (!from || !shown) return
  const to = placeOf(event)
  const context = picture.getContext('2d')!
  context.drawImage(shown, 0, 0)
  context.lineWidth = Math.max(2, picture.width / 300)
  context.strokeStyle = '#ff2d95'
  context.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y)
})
picture.addEventListener('pointerup', async (event) => {
  const [start, to] = [from, placeOf(event)]
  from = null
  if (!start || !shown) return
  const [left, top] = [Math.min(start.x, to.x), Math.min(start.y, to.y)]
  const [width, height] = [Math.abs(start.x - to.x), Math.abs(start.y - to.y)]
  if (width >= LEAST && height >= LEAST) read(await createImageBitmap(shown, left, top, width, height), 'a part')
})
