/// <reference lib="webworker" />
/** Holds the client itself, so that it opens without signal, and finishes sending when the page is closed. */
import { send, worldly } from './outbox/sender'

declare const self: ServiceWorkerGlobalScope
declare const __PRECACHE__: [address: string, revision: string][]

const FILES = __PRECACHE__
const PREFIX = 'client-'
const CACHE = PREFIX + fingerprint(JSON.stringify(FILES))
const SYNC_TAG = 'gridsvc-outbox'

const address = (file: string): string => new URL(file, self.registration.scope).href

function fingerprint(text: string): string {
  let hash = 5381
  for (const character of text) hash = ((hash * 33) ^ character.charCodeAt(0)) >>> 0
  return hash.toString(36)
}

/** All or nothing: if one file cannot be had, the old client stays in charge. Hashed files it has are not fetched again. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (const [file, revision] of FILES) {
    const held = revision ? undefined : await caches.match(address(file))
    await cache.put(address(file), held ?? (await fetched(file)))
  }
}

async function fetched(file: string): Promise<Response> {
  const answer = await fetch(new Request(address(file), { cache: 'reload', credentials: 'same-origin' }))
  if (!answer.ok || answer.redirected) throw new Error(`${file}: ${answer.status}`)
  return answer
}

/** The client before stays: another tab may be in the middle of a form with it, and has pages left to fetch. */
async function dropOldClients(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE) // in the order of their making
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
}

async function fromCache(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const file = request.mode === 'navigate' ? address('index.html') : url.origin + url.pathname
  return (await (await caches.open(CACHE)).match(file)) ?? (await caches.match(file)) ?? fetch(request)
}

self.addEventListener('install', (event) => event.waitUntil(fill()))
self.addEventListener('activate', (event) => event.waitUntil(dropOldClients()))

self.addEventListener('fetch', (event) => {
  const isOurs = event.request.method === 'GET' && event.request.url.startsWith(self.registration.scope)
  if (isOurs) event.respondWith(fromCache(event.request)) // /api and /tiles lie outside and are never answered from here
})

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'take-over') void self.skipWaiting()
})

self.addEventListener('sync', (event) => {
  const { tag } = event as ExtendableEvent & { tag: string }
  if (tag === SYNC_TAG) (event as ExtendableEvent).waitUntil(drainOrAskAgain())
})

async function drainOrAskAgain(): Promise<void> {
  const { left, ending } = await send(worldly(), true)
  if (left && ending === 'no_answer') throw new Error(`${left} left`) // the browser will call again
}
