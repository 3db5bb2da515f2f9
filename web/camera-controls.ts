/** The camera's buttons: words over what it shows, and a picture of it. */
import { liveCamera } from './live-camera.ts'
import type { PageReader } from './load-reader.ts'
import { button, element, say } from './page-parts.ts'
import type { Picture } from './picture-list.ts'
import { readPicture } from './read-picture.ts'
import { summary } from './summary.ts'
import type { Viewer } from './viewer.ts'

/** What the live view is called. */
const NAME = 'camera'
/** Least time between two sentences about what the camera shows, milliseconds: they are read aloud. */
const BREATH = 3000

export interface CameraControls {
  /** Stops it: another picture comes in its place. */
  stop(): void
}

export function cameraControls(loading: Promise<PageReader>, viewer: Viewer): CameraControls {
  const [stage, canvas, video] = [element('stage'), element('picture'), element<HTMLVideoElement>('video')]
  /** What was seen before, and comes back. */
  let before: Picture | null = null
  let photographs = 0
  let [said, saidAt] = ['', 0]

  const tell = (text: string) => {
    if (text === said || performance.now() - saidAt < BREATH) return
    ;[said, saidAt] = [text, performance.now()]
    say(text)
  }
  const readFrame = async (bitmap: ImageBitmap) => {
    const reader = await loading
    // Whoever selects or steps through words keeps those; without a finder the camera only takes pictures.
    const isWanted = () => camera.isOn() && reader.finds && !viewer.isInUse
    if (!isWanted()) return bitmap.close()
    try {
      const read = await readPicture(reader, bitmap, { quick: true })
      if (!isWanted()) return bitmap.close()
      viewer.showFrame(NAME, bitmap, read)
      tell(`The camera shows ${summary(read)}`)
    } catch (error) {
      bitmap.close()
      tell(`The camera: ${(error as Error).message}`)
    }
  }
  const showVideo = (isOn: boolean) => {
    video.hidden = !isOn
    canvas.hidden = isOn
    // There is nothing to take before the camera sends its first frame.
    if (!isOn) button('shoot').hidden = true
    button('camera').textContent = isOn ? 'Stop the camera' : 'Use the camera'
  }
  const goBack = () => {
    showVideo(false)
    viewer.clear()
    stage.hidden = true
    element('empty').hidden = before !== null
    if (before) void viewer.show(before)
  }
  const camera = liveCamera({
    video,
    read: readFrame,
    onEnd: () => {
      goBack()
      say('The camera is off.')
    },
  })
  const stop = () => {
    if (!camera.isOn()) return
    camera.stop()
    showVideo(false)
    viewer.clear()
    stage.hidden = true
  }
  button('camera').addEventListener('click', async () => {
    if (camera.isOn()) {
      camera.stop()
      goBack()
      return
    }
    button('camera').disabled = true
    before = viewer.current
    viewer.clear()
    stage.hidden = false
    element('empty').hidden = true
    showVideo(true)
    try {
      await camera.start()
      button('shoot').hidden = false
      say('The camera is on.')
    } catch (error) {
      goBack()
      say(`The camera cannot be used: ${(error as Error).message}`)
    } finally {
      button('camera').disabled = false
      button('camera').focus()
    }
  })
  button('shoot').addEventListener('click', async () => {
    const photograph = await createImageBitmap(video)
    stop()
    button('camera').focus()
    photographs++
    await viewer.show({
      name: `photograph ${photographs}`,
      open: () => createImageBitmap(photograph),
      read: null,
    })
  })
  return { stop }
}
