/** One request of the sender: with the token, with patience, and told apart by what the answer means. */
import { Problem } from '@/shared/problem'

/** Everything outside the database that the sender touches. */
export interface Doors {
  fetch: typeof fetch
  now(): number
  random(): number
  isOnline(): boolean
  /** Before `/api`; a service worker and a page share the origin, tests have none. */
  origin: string
  locks: Pick<LockManager, 'request'> | undefined
  /** Told of every answer: its Date says how far this phone's clock is off. */
  heard?(answer: Response): void
}

const PATIENCE_MS = 60_000
const TRANSIENT = new Set([0, 408, 425, 429, 502, 503, 504])

/** The server did not get to it, or cannot now: the same again later. */
export const isTransient = (problem: Problem): boolean => TRANSIENT.has(problem.status)
export const isSignedOut = (problem: Problem): boolean => problem.status === 401
/** Nothing is wrong with what we sent, as far as we know, yet the server stumbles over it. */
export const isFault = (problem: Problem): boolean => problem.status >= 500

/** Ask and return an answer below 400. Throws `Problem`, also when there was no answer at all. */
export async function ask(doors: Doors, token: string, path: string, init: RequestInit): Promise<Response> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS)
  const headers = { Authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) }
  try {
    const answer = await doors.fetch(doors.origin + path, { ...init, headers, signal: patience.signal, redirect: 'error', credentials: 'omit' })
    doors.heard?.(answer)
    if (answer.ok) return answer
    throw Problem.of({ ...waitIn(answer), ...(await answer.json().catch(() => undefined) as object | undefined) }, answer.status)
  } catch (cause) {
    throw cause instanceof Problem ? cause : Problem.noAnswer(cause)
  } finally {
    clearTimeout(timer)
  }
}

/** How long a busy server wants to be left alone. */
function waitIn(answer: Response): { retry_after_s?: number } {
  const seconds = Number(answer.headers.get('Retry-After') ?? NaN)
  return seconds > 0 ? { retry_after_s: seconds } : {}
}

/** Nothing that is told, and no clock set back, makes us wait longer. */
export const MOST_PATIENCE_MS = 15 * 60_000

/** What a refusal tells us to wait, spread a little; nothing where it says nothing. */
export function toldToWaitMs({ facts }: Problem, random: number): number {
  const told = Number(facts.retry_after_s)
  return told > 0 ? Math.min(MOST_PATIENCE_MS, Math.round(told * 1000 * (1 + random / 4))) : 0
}

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 5 * 60_000

/** How long to wait after so many attempts: doubling, capped, and spread so that a village does not call at once. */
export function backoffMs(attempts: number, random: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10))
  return Math.round(wait * (0.75 + random / 2))
}
