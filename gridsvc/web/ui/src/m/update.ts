/** A new version of the client waits until the person agrees: never under the hands of somebody at work. */
import { shallowRef } from 'vue'

/** Set when a new version is ready; call it to change over. */
export const newVersion = shallowRef<() => void>()

export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const registration = await navigator.serviceWorker.register('/m/sw.js', { scope: '/m/' })
  offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => { if (coming.state === 'installed') offer(coming) })
  })
}

function offer(waiting: ServiceWorker | null): void {
  if (!waiting || !navigator.serviceWorker.controller) return // the first version has nobody to replace
  newVersion.value = () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    waiting.postMessage({ type: 'take-over' })
  }
}
