/** The sentence that a day close reports, and what it needs. No database, no clock. */
import type { Day } from './day'

export const REASONS = ['closed', 'halted', 'no_access', 'no_time'] as const
export type Reason = (typeof REASONS)[number]

type Sentence = 'zero_nothing' | 'zero_patrolled' | 'zero_visits' | 'problems_only' | 'problems_visits'

/** Which sentence it is: a text of `close.*`, to be said with the numbers of the day. */
export function sentenceFor({ patrols, visits, problems }: Pick<Day, 'patrols' | 'visits' | 'problems'>): Sentence {
  if (problems) return visits ? 'problems_visits' : 'problems_only'
  if (visits) return 'zero_visits'
  return patrols ? 'zero_patrolled' : 'zero_nothing'
}

/** The unvisited places that still need a reason. */
export const unexplained = (unvisited: string[], why: Record<string, Reason | undefined>): string[] => unvisited.filter((id) => !why[id])

export function closeBody(day: Pick<Day, 'visits' | 'problems'>, gridId: string, on: string, unvisited: string[], why: Record<string, Reason | undefined>, remark: string, word: (reason: Reason) => string) {
  return {
    grid_id: gridId, day: on, visits: day.visits, problems: day.problems,
    ...(remark.trim() ? { remark: remark.trim() } : {}),
    unvisited: unvisited.flatMap((id) => (why[id] ? [{ enterprise_id: id, reason: word(why[id]) }] : [])),
  }
}
