/** A lock on this phone alone: it keeps out who picks it up. Sending goes on behind it. */
import { computed, ref, shallowRef } from 'vue'
import { db, recall, remember } from './outbox/database'

const KEY = 'pin'
const ROUNDS = 150_000
export const DIGITS = 6
/** So many may be wrong at once; then each next one has to wait, twice as long each time; then only the password helps. */
const FREE_TRIES = 5
export const MOST_TRIES = 10
const FIRST_WAIT_MS = 30_000
const AWAY_MS = 5 * 60_000
const SEEN = 'pin_seen'

interface Kept { salt: Uint8Array; hash: Uint8Array; rounds: number; wrong: number; not_before: number }

const kept = shallowRef<Kept>()
export const hasPin = computed(() => kept.value !== undefined)
export const isLocked = ref(false)
export const triesLeft = computed(() => MOST_TRIES - (kept.value?.wrong ?? 0))
export const notBefore = computed(() => kept.value?.not_before ?? 0)

/** Read back whether there is a lock, and shut it. A page that was only loaded anew stays open. */
export async function resumePin(): Promise<void> {
  kept.value = await recall<Kept>(KEY)
  isLocked.value = hasPin.value && isLongAgo()
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? seen() : lockIfAway()))
  addEventListener('pagehide', seen)
}

const seen = (): void => { if (!isLocked.value) sessionStorage.setItem(SEEN, String(Date.now())) }
const isLongAgo = (): boolean => Math.abs(Date.now() - Number(sessionStorage.getItem(SEEN) ?? 0)) > AWAY_MS
const lockIfAway = (): void => { if (hasPin.value && isLongAgo()) isLocked.value = true }

export async function setPin(digits: string): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  await store({ salt, hash: await derived(digits, salt, ROUNDS), rounds: ROUNDS, wrong: 0, not_before: 0 })
  seen()
}

/** Whether it was right. The try is written down before it is answered: a kill does not give it back. */
export async function unlock(digits: string, now: number = Date.now()): Promise<boolean> {
  const lock = kept.value
  if (!lock || lock.wrong >= MOST_TRIES || isShut(lock, now)) return false
  const wrong = lock.wrong + 1
  await store({ ...lock, wrong, not_before: wrong < FREE_TRIES ? 0 : now + FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES) })
  if (!alike(await derived(digits, lock.salt, lock.rounds), lock.hash)) return false
  await store({ ...lock, wrong: 0, not_before: 0 })
  isLocked.value = false
  return true
}

/** A clock set back does not shut it for longer than the longest wait. */
const isShut = ({ not_before }: Kept, now: number): boolean => not_before > now && not_before - now <= FIRST_WAIT_MS * 2 ** (MOST_TRIES - FREE_TRIES)

/** Who signs in with the password needs no PIN, and may have forgotten it. */
export async function forgetPin(): Promise<void> {
  await db.meta.delete(KEY)
  kept.value = undefined
  isLocked.value = false
}

/** All the same, or all in a row. */
export const isWeak = (digits: string): boolean =>
  [0, 1, -1].some((step) => [...digits].slice(1).every((digit, n) => Number(digit) - Number(digits[n]) === step))

async function store(lock: Kept): Promise<void> {
  await remember(KEY, lock)
  kept.value = lock
}

async function derived(digits: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(digits), 'PBKDF2', false, ['deriveBits'])
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: salt as BufferSource, iterations }, key, 256))
}

const alike = (one: Uint8Array, other: Uint8Array): boolean => one.reduce((differs, byte, n) => differs | (byte ^ other[n]!), 0) === 0
