/** The clocks of an issue: what runs now, and since when. */
import type { Schemas } from '@/shared/api'
import { clockOf, endOfDay, isOpen } from './ledger'

type Issue = Schemas['Issue']
const DAY_MS = 86_400_000
const RETURN_WITHIN_MS = DAY_MS

export type ClockName = 'rectify' | 'return' | 'accept' | 'close' | 'look_back' | 'assign' | 'found' | 'done'

/** Either something that is `due`, or a wait that began `since`, or a span that is over. */
export interface ClockFace { name: ClockName; due?: string; since?: string; days?: number }

export function clocks(issue: Issue, now: number = Date.now()): ClockFace[] {
  return [...deadlines(issue, now), ...waits(issue), whole(issue)]
}

function deadlines(issue: Issue, now: number): ClockFace[] {
  const due = clockOf(issue)
  const returnable = issue.state === 'assigned' && issue.assigned_at ? Date.parse(issue.assigned_at) + RETURN_WITHIN_MS : 0
  return [
    ...(due ? [{ name: isOpen(issue) ? 'rectify' : 'look_back', due } as const] : []),
    ...(returnable > now ? [{ name: 'return', due: new Date(returnable).toISOString() } as const] : []),
  ]
}

function waits(issue: Issue): ClockFace[] {
  if (issue.state === 'found') return [{ name: 'assign', since: issue.occurred_at }]
  if (issue.state === 'submitted' && issue.submitted_at) return [{ name: 'accept', since: issue.submitted_at }]
  return issue.state === 'accepted' && issue.accepted_at ? [{ name: 'close', since: issue.accepted_at }] : []
}

const whole = (issue: Issue): ClockFace =>
  issue.closed_at ? { name: 'done', days: nthDay(issue.occurred_at, Date.parse(issue.closed_at)) } : { name: 'found', since: issue.occurred_at }

/** The first day counts as one. */
export const nthDay = (since: string, now: number = Date.now()): number => 1 + Math.floor(Math.max(0, now - Date.parse(since)) / DAY_MS)

/** The last day of a deadline, which is kept as the end of that day. */
export const lastDay = (due: string): string => new Date(Date.parse(due) - 1).toISOString()

export { endOfDay }
