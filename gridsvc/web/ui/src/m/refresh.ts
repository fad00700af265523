/** Keeps the phone's lists fresh: after signing in, on signal, on waking. Pages show what is kept and never wait for this. */
import { shallowReactive, watch } from 'vue'
import { answered } from '@/shared/api'
import { Problem } from '@/shared/problem'
import { sendNow, tally } from './delivery'
import { readLists } from './lists'
import { recall, RECEIPT_KEYS, remember } from './outbox/database'
import { pull } from './pull'
import { api, isExpired, me, refreshMe } from './session'

const FRESH_MS = 5 * 60_000

/** For ListState: whether lists are being read, and why the last reading failed. Their age is `pulled_at` in the database. */
export const lists = shallowReactive({ isReading: false, problem: undefined as Problem | undefined })
let readAt = 0
let isAskedAgain = false

/** Read what changed now; asked while it reads, it reads once more. A failure is kept in `lists` and leaves the lists as they are. */
export async function refreshLists(): Promise<void> {
  isAskedAgain = lists.isReading
  if (lists.isReading || !me.value || isExpired.value || !navigator.onLine) return
  lists.isReading = true
  try {
    await refreshMe()
    await pull(api)
    if (me.value) await readLists(api, me.value)
    await readReceiptKey()
    void sendNow(false) // after a restore of the server all of it goes again
    readAt = Date.now()
    lists.problem = undefined
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    lists.problem = problem
  } finally {
    lists.isReading = false
    if (isAskedAgain) void refreshLists()
  }
}

/** What receipts are proved with, without signal. A key that was published before stays known. */
async function readReceiptKey(): Promise<void> {
  const { public_key } = await answered(api.GET('/api/v1/receipts/public-key'))
  const known = (await recall<string[]>(RECEIPT_KEYS)) ?? []
  if (!known.includes(public_key)) await remember(RECEIPT_KEYS, [...known, public_key])
}

const refreshIfOld = () => {
  if (navigator.onLine && document.visibilityState === 'visible' && Date.now() - readAt > FRESH_MS) void refreshLists()
}

/** Begin, once for the page. */
export function startRefreshing(): void {
  watch([() => me.value?.person.id, isExpired], () => void refreshLists(), { immediate: true }) // not one getter: its list would be new each time, and reading would never end
  watch(() => tally.value.arrived, () => void refreshLists()) // what has arrived changes what is due
  addEventListener('online', refreshIfOld)
  document.addEventListener('visibilitychange', refreshIfOld)
}
