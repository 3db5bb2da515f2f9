/**
 * Keeps the page for when there is no network, and isolates it, so that WebAssembly has threads on any static server.
 * Files have names by their content: what is kept is never old, but for the page itself, which is asked for first.
 */
const CACHE = 'safl'

self.addEventListener('install', (event) => {
  self.skipWaiting()
  event.waitUntil(keepPage())
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

/** The page and what it names; what its worker fetches comes in by itself. */
async function keepPage() {
  const cache = await caches.open(CACHE)
  const page = await fetch('./', { cache: 'reload' })
  const text = await page.clone().text()
  const before = await (await cache.match('./'))?.text()
  // Another build: its files have other names, and the old ones are of no use.
  if (before !== undefined && before !== text) for (const request of await cache.keys()) await cache.delete(request)
  await cache.put('./', page)
  await cache.addAll([...text.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => path))
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return
  event.respondWith(request.mode === 'navigate' ? page(request) : file(request))
})

async function page(request) {
  try {
    const response = await fetch(request)
    if (response.ok) keepPage().catch(() => {})
    return isolated(response)
  } catch {
    return isolated((await caches.match('./')) ?? Response.error())
  }
}

async function file(request) {
  const kept = await caches.match(request, { ignoreVary: true })
  if (kept) return isolated(kept)
  const response = await fetch(request)
  if (response.status === 200) await (await caches.open(CACHE)).put(request, response.clone())
  return isolated(response)
}

function isolated(response) {
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}
