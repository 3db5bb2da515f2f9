/** The camera: what it shows is read a few times a second. */

/** Between the starts of two readings, milliseconds, so that the machine has time for other things. */
const PAUSE = 250

export interface LiveCamera {
  readonly isOn: () => boolean
  /** Rejects where there is no camera, or none may be used. */
  start(): Promise<void>
  stop(): void
}

export interface LiveCameraOptions {
  readonly video: HTMLVideoElement
  /** Reads a frame, which is closed by whoever takes it; the next one is taken when this is done: those between are skipped. */
  readonly read: (frame: ImageBitmap) => Promise<void>
  /** Called when it stopped by itself: the page is hidden, or the camera is gone. */
  readonly onEnd: () => void
}

export function liveCamera({ video, read, onEnd }: LiveCameraOptions): LiveCamera {
  let stream: MediaStream | null = null

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = null
    video.srcObject = null
  }
  const end = () => {
    if (!stream) return
    stop()
    onEnd()
  }
  const start = async () => {
    const facing = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } }
    const opened = await navigator.mediaDevices.getUserMedia({ video: facing })
    stop()
    stream = opened
    for (const track of opened.getTracks()) track.addEventListener('ended', end)
    try {
      video.srcObject = opened
      await video.play()
    } catch (error) {
      stop()
      throw error
    }
    void readAlong(opened)
  }
  const readAlong = async (opened: MediaStream) => {
    while (stream === opened) {
      const started = performance.now()
      if (video.videoWidth > 0) await read(await createImageBitmap(video))
      const rest = Math.max(0, started + PAUSE - performance.now())
      await new Promise((resolve) => setTimeout(resolve, rest))
    }
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) end()
  })
  window.addEventListener('pagehide', end)
  return { isOn: () => stream !== null, start, stop }
}
