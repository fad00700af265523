/** Two versions of one thing, as the same few facts, so that they can be laid side by side. No database, no network. */
import { count, localDate, moment } from '@/shared/format'
import type { Body } from './outbox/contract'
import type { OutboxRecord } from './outbox/database'
import { fieldName } from './recordView'
import { say } from './text'
import { categoryName, stateName } from './words'

const NAMES = ['made', 'day', 'visits', 'problems', 'findings', 'category', 'description', 'state', 'note', 'remark'] as const
export type Fact = (typeof NAMES)[number]
export type Facts = Partial<Record<Fact, string>>

/** One line of the comparison; `differs` where both say something, and not the same. */
export interface Line { name: Fact; mine: string | undefined; theirs: string | undefined; differs: boolean }

export function lines(mine: Facts, theirs: Facts = {}): Line[] {
  return NAMES.filter((name) => mine[name] || theirs[name]).map((name) => ({
    name, mine: mine[name], theirs: theirs[name], differs: theirs[name] !== undefined && mine[name] !== theirs[name],
  }))
}

/** What the record on this phone says. */
export function mineOf({ kind, made_at, body }: OutboxRecord): Facts {
  const made = { made: moment(made_at) }
  switch (kind) {
    case 'inspection': return { ...made, ...ofVisit(body) }
    case 'day_close': return { ...made, ...ofClose(body) }
    case 'issue': return { ...made, category: categoryName(body.category as string), description: text(body.description) }
    case 'issue_action': return { ...made, note: text(body.note) }
    case 'edit': return { ...made, ...ofEdit(body) }
    default: return made
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

export function ofVisit({ answers, findings }: Body): Facts {
  const found = (answers as { result: string }[] | undefined)?.filter(({ result }) => result === 'problem').length
  return { problems: found === undefined ? undefined : count(found), findings: text(findings) ?? say('parts.no_words') }
}

export const ofClose = ({ day, visits, problems, remark }: Body): Facts =>
  ({ day: localDate(day as string), visits: count(visits as number), problems: count(problems as number), remark: text(remark) })

export const ofIssue = ({ state, category, description }: Body): Facts =>
  ({ state: stateName(state as string), category: categoryName(category as string), description: text(description) })

const ofEdit = ({ changes }: Body): Facts =>
  ({ description: Object.entries((changes ?? {}) as Record<string, { from: unknown; to: unknown }>).map(([name, { from, to }]) => `${fieldName(name)}: ${String(from ?? '—')} → ${String(to ?? '—')}`).join('\n') })
