/** A new version of the client waits until the person agrees: never under the hands of somebody at work. */
import { shallowRef } from 'vue'

/** Set when a new version is ready; call it to change over. */
export const newVersion = shallowRef<() => void>()

const LOOK_AGAIN_MS = 60 * 60_000
const PATIENCE_MS = 3_000 // the worker before may still be at work; the tap is answered all the same

export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const registration = await navigator.serviceWorker.register('/m/sw.js', { scope: '/m/' })
  offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => { if (coming.state === 'installed') offer(coming) })
  })
  followOthers()
  lookNowAndThen(registration)
}

function offer(waiting: ServiceWorker | null): void {
  if (!waiting || !navigator.serviceWorker.controller) return // the first version has nobody to replace
  newVersion.value = () => {
    const changeOver = () => location.reload()
    navigator.serviceWorker.addEventListener('controllerchange', changeOver, { once: true })
    setTimeout(changeOver, PATIENCE_MS)
    waiting.postMessage({ type: 'take-over' })
  }
}

/** Another tab has changed over: this one goes on as it is, and is asked in its turn. */
function followOthers(): void {
  if (!navigator.serviceWorker.controller) return
  navigator.serviceWorker.addEventListener('controllerchange', () => { newVersion.value = () => location.reload() })
}

/** A page that stays open for days looks for itself. */
function lookNowAndThen(registration: ServiceWorkerRegistration): void {
  let lookedAt = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - lookedAt < LOOK_AGAIN_MS) return
    lookedAt = Date.now()
    void registration.update().catch((cause: unknown) => console.info('no look for a new version', cause))
  })
}
