/** What only a page can see of the phone, kept where the service worker finds it. */
import { remember } from './outbox/database'
import { OUTSIDE, type Outside } from './outbox/health'

interface Battery extends EventTarget { level: number }
interface Connection extends EventTarget { type?: string; effectiveType?: string }
type Phone = Navigator & { getBattery?(): Promise<Battery>; connection?: Connection }

/** Begin, once for the page: keep what only a page can see where the worker finds it. */
export async function watchHealth(build: string): Promise<void> {
  const phone = navigator as Phone
  const battery = await phone.getBattery?.().catch(() => undefined) // some phones do not tell
  const keep = () => void remember(OUTSIDE, { app_build: build, battery: battery?.level ?? null, network: network(phone.connection) } satisfies Outside)
  battery?.addEventListener('levelchange', keep)
  phone.connection?.addEventListener('change', keep)
  keep()
}

const network = (connection: Connection | undefined): string | null =>
  (connection?.type === 'wifi' ? 'wifi' : connection?.effectiveType ?? connection?.type ?? null)
