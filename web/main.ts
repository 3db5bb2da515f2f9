/** The page: pictures in by file, drop, paste or camera; a word, or a part that was dragged over, read and shown. */
import type { Recognition } from '../src/browser.ts'
import { prepareOffline } from './offline.ts'
import type { ReadReply, ReadRequest } from './reader-worker.ts'
import { selectOn } from './selection.ts'

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

await prepareOffline()
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
      const { text, confidence } = data.word
      const said = text || 'nothing'
      status.textContent = `Read ${name} in ${data.milliseconds.toFixed(0)} ms: ${said}, ${percent(confidence)} sure.`
    }
  }
})

function read(image: ImageBitmap, name: string): void {
  const request: ReadRequest = { id: requests++, image }
  waiting.set(request.id, name)
  worker.postMessage(request, [image])
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/** A line of the list: the straightened word, its text with a bar under each character, and how sure that is. */
function resultOf(name: string, { confidence, characters, geometry }: Recognition): HTMLLIElement {
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
  for (const { character, probability } of characters) {
    const letter = document.createElement('span')
    letter.textContent = character
    letter.style.setProperty('--sure', `${100 * probability}%`)
    word.append(letter)
  }
  const unsure = characters.filter(({ probability }) => probability < 0.9)
  const doubts = unsure.map(({ character, probability }) => `${character} ${percent(probability)}`)
  const note = document.createElement('span')
  note.textContent = `${percent(confidence)} sure, ${name}${doubts.length > 0 ? `; less sure of ${doubts.join(', ')}` : ''}`
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

function stopCamera(): void {
  for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop()
  video.srcObject = null
  video.hidden = shoot.hidden = true
  camera.textContent = 'Use the camera'
}

camera.addEventListener('click', async () => {
  if (video.srcObject) {
    stopCamera()
    return
  }
  camera.disabled = true
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    await video.play()
    video.hidden = shoot.hidden = false
    camera.textContent = 'Stop the camera'
  } catch (error) {
    stopCamera()
    status.textContent = `The camera cannot be used: ${(error as Error).message}`
  } finally {
    camera.disabled = false
  }
})
shoot.addEventListener('click', async () => {
  await take(video, 'the photograph')
  stopCamera()
})
window.addEventListener('pagehide', stopCamera)

selectOn(
  picture,
  () => shown,
  async ({ left, top, width, height }) => {
    if (shown) read(await createImageBitmap(shown, left, top, width, height), 'a part')
  },
)
