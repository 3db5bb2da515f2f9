/** The page: pictures in by file, drop, paste or camera; a word, or a part that was dragged over, read and shown. */
import { SceneTextRecognizer } from '../src/browser.ts'
import { prepareOffline } from './offline.ts'
import { percent, resultOf } from './result.ts'
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
const recognizer = SceneTextRecognizer.load()
recognizer.then(
  () => {
    status.textContent = 'Ready.'
  },
  (error: Error) => {
    status.textContent = `The recogniser could not be loaded: ${error.message}`
  },
)
let shown: ImageBitmap | null = null

async function read(image: ImageBitmap, name: string): Promise<void> {
  try {
    const reader = await recognizer
    const started = performance.now()
    const word = await reader.recognize(image, { geometry: true, attention: true })
    const milliseconds = performance.now() - started
    results.prepend(resultOf(name, word))
    const said = word.text || 'nothing'
    status.textContent = `Read ${name} in ${milliseconds.toFixed(0)} ms: ${said}, ${percent(word.confidence)} sure.`
  } catch (error) {
    status.textContent = `${name}: ${(error as Error).message}`
  } finally {
    image.close()
  }
}

async function take(source: Blob | HTMLVideoElement, name: string): Promise<void> {
  try {
    shown?.close()
    shown = await createImageBitmap(source)
    picture.width = shown.width
    picture.height = shown.height
    picture.getContext('2d')!.drawImage(shown, 0, 0)
    whole.disabled = false
    void read(await createImageBitmap(shown), name)
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
  if (shown) await read(await createImageBitmap(shown), 'the whole picture')
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
    if (shown) await read(await createImageBitmap(shown, left, top, width, height), 'a part')
  },
)
