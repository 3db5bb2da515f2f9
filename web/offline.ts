/** Has the service worker keep what the page loads, so that the page works without a network from then on. */

/** Milliseconds that the page waits for it: without one it works all the same, as long as there is a network. */
const PATIENCE = 3000

/** Resolves when the service worker answers the page's requests, or will not. */
export async function prepareOffline(): Promise<void> {
  const { serviceWorker } = navigator
  // Sources that are served while they are written must not be kept.
  const isBuilt = !new URL(import.meta.url).pathname.endsWith('.ts')
  if (!isBuilt || !serviceWorker || serviceWorker.controller) return
  const answers = new Promise<void>((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true })
    setTimeout(resolve, PATIENCE)
  })
  try {
    await serviceWorker.register('./service-worker.js')
    await answers
  } catch (error) {
    console.warn(`the page will not work without a network: ${(error as Error).message}`)
  }
}
