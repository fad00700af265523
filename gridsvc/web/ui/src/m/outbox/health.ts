/** How this phone is: told to the server with every push, so that the chief sees what is going wrong in time. */
import { uuid7 } from '@/shared/ids'
import type { DeviceHealth } from './contract'
import { db, OPEN, recall, remember } from './database'
import type { Doors } from './wire'

const OFFSET = 'clock_offset_s'
export const OUTSIDE = 'health'
const INSTALLATION = 'installation_id'
/** Less is the way over the network, and the seconds of the header. */
const WORTH_NOTING_S = 3

/** What only a page can see of the phone (watchHealth.ts); the service worker reads it back. */
export interface Outside { app_build: string; battery: number | null; network: string | null }

export async function deviceHealth(doors: Doors): Promise<DeviceHealth> {
  const { usage = null, quota = null } = (await globalThis.navigator?.storage?.estimate?.()) ?? {}
  const outside = await recall<Outside>(OUTSIDE)
  const unsent = await db.records.where('state').anyOf(OPEN).filter(({ receipt }) => !receipt).sortBy('made_at')
  return {
    app_build: outside?.app_build ?? null,
    battery: outside?.battery ?? null,
    network: doors.isOnline() ? outside?.network ?? null : 'none',
    clock_offset_s: await clockOffset() ?? null,
    storage_used_bytes: usage,
    storage_free_bytes: usage === null || quota === null ? null : Math.max(0, quota - usage),
    queue_length: unsent.length,
    oldest_unsent_at: unsent[0]?.made_at ?? null,
    installation_id: await installation(),
  }
}

/** Made once; stays over sign-outs, so that it shows when a phone was passed on. */
async function installation(): Promise<string> {
  const known = await recall<string>(INSTALLATION)
  if (known) return known
  const made = uuid7()
  await remember(INSTALLATION, made)
  return made
}

/** By how many seconds this phone's clock is behind the server's; below zero it is ahead. */
export const clockOffset = (): Promise<number | undefined> => recall<number>(OFFSET)

/** Compare the Date of an answer with our own clock. */
export async function noteClock(answer: Response, now: number): Promise<void> {
  const told = Date.parse(answer.headers.get('Date') ?? '')
  if (Number.isNaN(told)) return
  const offset = Math.round((told - now) / 1000)
  const known = await clockOffset()
  if (known === undefined || Math.abs(known - offset) >= WORTH_NOTING_S) await remember(OFFSET, offset)
}
