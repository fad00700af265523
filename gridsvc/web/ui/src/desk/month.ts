/** What the page of a month works out: the change of a rank, the sum of the county, what an order came to. */
import type { Schemas } from '@/shared/api'
import type { State } from '@/shared/StateTag.vue'

export type Ranked = Schemas['Ranked']
export interface Figure { made: number; due: number | null }

export const RANKED_BY = ['closed_on_time', 'patrol_days', 'visits'] as const
export const COUNTED = ['overdue', 'relapsed', 'problems_found'] as const
export const MEASURES = ['closed_on_time', 'patrol_days', 'visits', 'issues_closed', 'overdue', 'relapsed'] as const

/** How many places a town went up; a town without a rank then or now did not move. */
export const climbed = ({ rank, previous_rank }: Pick<Ranked, 'rank' | 'previous_rank'>): number | undefined =>
  rank === null || previous_rank === null ? undefined : previous_rank - rank

/** The county as a whole. A number that nobody had due stays without a denominator. */
export function total(rows: readonly { numbers: unknown }[], key: string): Figure {
  const figures = rows.map(({ numbers }) => (numbers as Record<string, Figure>)[key]).filter((figure): figure is Figure => figure !== undefined)
  const sum = (of: (figure: Figure) => number) => figures.reduce((all, figure) => all + of(figure), 0)
  return { made: sum(({ made }) => made), due: figures.some(({ due }) => due !== null) ? sum(({ due }) => due ?? 0) : null }
}

type Order = Pick<Schemas['Order'], 'reply' | 'replied_late'>

export const replyState = ({ reply, replied_late }: Order): { state: State; text: 'not_replied' | 'replied_late' | 'replied' } => {
  if (reply === null) return { state: 'wait', text: 'not_replied' }
  return replied_late ? { state: 'wait', text: 'replied_late' } : { state: 'ok', text: 'replied' }
}

export const effectState = (met: boolean | null): { state: State; text: 'met' | 'unmet' | 'not_known' } => {
  if (met === null) return { state: 'none', text: 'not_known' }
  return met ? { state: 'ok', text: 'met' } : { state: 'bad', text: 'unmet' }
}

type Brief = Schemas['IssueBrief']
export interface Hot { issue: Brief; why: 'overdue' | 'relapsed' }

/** What slips: relapses first, then the longest overdue; an issue that is both stands once, as a relapse. */
export function hot(overdue: readonly Brief[], relapsed: readonly Brief[]): Hot[] {
  const again = new Set(relapsed.map(({ id }) => id))
  const late = overdue.filter(({ id }) => !again.has(id)).sort((a, b) => (b.overdue_days ?? 0) - (a.overdue_days ?? 0))
  return [...relapsed.map((issue) => ({ issue, why: 'relapsed' as const })), ...late.map((issue) => ({ issue, why: 'overdue' as const }))]
}
