/** Keeps the outbox moving while a page is open: on new records, on signal, on waking, on time. */
import { liveQuery } from 'dexie'
import { computed, reactive, shallowRef } from 'vue'
import { db, recall, SESSION, STATES, type DeviceSession, type State } from './outbox/database'
import { freeArrived, isSetAside } from './outbox/afterwards'
import { send, worldly, type Ending } from './outbox/sender'
import { watchHealth } from './watchHealth'

export const SYNC_TAG = 'gridsvc-outbox'
const KEEP_ORIGINALS_MS = 7 * 24 * 3_600_000
const BUSY_WAIT_MS = 5_000
const SHORTEST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 10 * 60_000

type Tally = Record<State, number>
const NOTHING = Object.fromEntries(STATES.map((state) => [state, 0])) as Tally

export const network = reactive({ isOnline: navigator.onLine, isSending: false, lastEnding: undefined as Ending | undefined, nextAt: undefined as number | undefined })

/** How many records are in each state. Counts the outbox, never a server list. */
export const tally = shallowRef<Tally>(NOTHING)
/** What has no receipt for all of it, and no person here has to act: also records whose photos are still on their way. */
export const notArrived = computed(() => tally.value.here + tally.value.sending + tally.value.given)
/** Records that the server keeps aside because this phone was signed out elsewhere: signing in again sends them. */
export const setAside = shallowRef(0)

async function counted(): Promise<Tally> {
  const numbers = await Promise.all(STATES.map((state) => db.records.where('state').equals(state).count()))
  return Object.fromEntries(STATES.map((state, n) => [state, numbers[n]!])) as Tally
}

/** Begin, once for the page. `refused` is called when the server no longer knows this phone. */
export function startDelivery(refused: () => void): void {
  const deliver = () => void sendNow(false).then((ending) => { if (ending === 'signed_out') refused() })
  liveQuery(counted).subscribe((now) => { tally.value = now })
  liveQuery(() => recall<number>('device_seq')).subscribe((seq) => { if (seq) void onNewRecord().then(deliver) })
  liveQuery(() => db.records.where('state').equals('needs_you').filter(isSetAside).count()).subscribe((now) => { setAside.value = now })
  addEventListener('online', () => { network.isOnline = true; deliver() })
  addEventListener('offline', () => { network.isOnline = false })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') deliver() })
  void watchHealth(__BUILD__)
  void freeArrived(new Date(Date.now() - KEEP_ORIGINALS_MS))
}

let timer: ReturnType<typeof setTimeout> | undefined

/** Send what is due; when a person asks (`isForced`), without waiting out the pause after a failure. */
export async function sendNow(isForced: boolean): Promise<Ending | undefined> {
  if (!(await recall<DeviceSession>(SESSION))) return undefined
  clearTimeout(timer)
  network.isSending = true
  const sent = await send(worldly(), isForced).finally(() => { network.isSending = false })
  network.lastEnding = sent.ending
  network.nextAt = sent.next_at
  if (sent.next_at !== undefined && sent.ending !== 'signed_out') timer = setTimeout(() => void sendNow(false), pause(sent.ending, sent.next_at))
  return sent.ending
}

function pause(ending: Ending, nextAt: number | undefined): number {
  if (ending === 'busy') return BUSY_WAIT_MS // another tab is at it; look again whether it took everything along
  return Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (nextAt ?? 0) - Date.now()))
}

type WithSync = ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }

/** Ask the system to keep our storage, and to let the worker finish should this page be closed. */
async function onNewRecord(): Promise<void> {
  await navigator.storage?.persist?.()
  const worker = (await navigator.serviceWorker?.getRegistration()) as WithSync | undefined
  await worker?.sync?.register(SYNC_TAG).catch((cause: unknown) => console.info('no background sync here', cause))
}
