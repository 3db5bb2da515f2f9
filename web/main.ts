/** The page: pictures in by file, drop, paste or camera; their words over them, as text. */
import { cameraControls } from './camera-controls.ts'
import { drawExample } from './example.ts'
import { copyText, downloadJson } from './keep-reading.ts'
import { loadReader } from './load-reader.ts'
import { prepareOffline } from './offline.ts'
import { button, element, say } from './page-parts.ts'
import type { Picture } from './picture-list.ts'
import { Viewer } from './viewer.ts'

await prepareOffline()
const loading = loadReader()
loading.then(
  ({ finds }) => {
    say('Ready.')
    element('note').hidden = finds
  },
  (error: Error) => say(`The reader could not be loaded: ${error.message}`),
)
const viewer = new Viewer({ loading, choose: (picture) => void take(picture) })
const camera = cameraControls(loading, viewer)

async function take(picture: Picture): Promise<void> {
  camera.stop()
  await viewer.show(picture)
}

async function takeAll(files: readonly File[]): Promise<void> {
  for (const file of files)
    await take({ name: file.name || 'the pasted picture', open: () => createImageBitmap(file), read: null })
}

element<HTMLInputElement>('files').addEventListener('change', async ({ target }) => {
  const input = target as HTMLInputElement
  await takeAll([...(input.files ?? [])])
  // The same file may be chosen again.
  input.value = ''
})
document.addEventListener('paste', ({ clipboardData }) => void takeAll([...(clipboardData?.files ?? [])]))
const markDrop = (isOver: boolean) => document.body.classList.toggle('dropping', isOver)
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  if (event.dataTransfer?.types.includes('Files')) markDrop(true)
})
document.addEventListener('dragleave', ({ relatedTarget }) => markDrop(relatedTarget !== null))
document.addEventListener('drop', (event) => {
  event.preventDefault()
  markDrop(false)
  void takeAll([...(event.dataTransfer?.files ?? [])])
})
button('example').addEventListener('click', () => void take({ name: 'the example', open: drawExample, read: null }))
button('whole').addEventListener('click', () => void viewer.readOtherwise())
button('copy').addEventListener('click', async () => {
  const { name, read } = viewer.current ?? {}
  if (!name || !read) return
  try {
    await copyText({ path: name, reading: read.reading })
    say('Copied.')
  } catch (error) {
    say(`It could not be copied (${(error as Error).message}): select the text and copy that.`)
  }
})
button('save').addEventListener('click', () => {
  const { name, read } = viewer.current ?? {}
  if (name && read) downloadJson({ path: name, reading: read.reading })
})
