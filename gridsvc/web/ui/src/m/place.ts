/** What the phone knows of one enterprise. */
import { visitsOf } from './corrections'
import { entriesAt } from './entries'
import { isOpen } from './tasks'
import type { Issue } from './known'
import { db, type State } from './outbox/database'

/** States in which an entry is as good as in the log; before the others somebody has to decide. */
export const CORRECTABLE = new Set<State>(['here', 'sending', 'arrived'])

export interface LastVisit { occurred_at: string; result: string }

/** The last visit, and what is held of it: by this phone, by anybody in the last thirty days, or as the list of due visits tells it. */
export async function lastVisitOf(enterpriseId: string): Promise<LastVisit | undefined> {
  const [known, due] = await Promise.all([entriesAt(enterpriseId), db.dueVisits.get(enterpriseId)])
  const made = visitsOf(known).map(({ at, result }): LastVisit => ({ occurred_at: at, result }))
  const told = due?.last_visit_at ? [{ occurred_at: due.last_visit_at, result: due.last_result ?? 'ok' }] : []
  return [...made, ...told].sort((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))[0]
}

export type EntryKind = 'patrol' | 'formal'
const kindOf = ({ kind = 'patrol' }: { kind?: unknown }): unknown => kind

/** The last entry of a kind of this person's own, of the last thirty days: what they may correct by another entry, if this phone knows all that it said. */
export async function ownEntryOf(enterpriseId: string, personId: string, kind: EntryKind): Promise<{ id: string; occurred_at: string } | undefined> {
  const [past, own] = await Promise.all([
    db.inspections.where('enterprise_id').equals(enterpriseId).filter((one) => one.inspector_id === personId && kindOf(one) === kind && (kind === 'patrol' || !!one.formal)).toArray(),
    db.records.filter(({ kind: sort, body, person_id, state }) => sort === 'inspection' && kindOf(body) === kind && body.enterprise_id === enterpriseId && person_id === personId && CORRECTABLE.has(state)).toArray(),
  ])
  const all = [...past.map(({ id, occurred_at }) => ({ id, occurred_at })), ...own.map(({ id, made_at }) => ({ id, occurred_at: made_at }))]
  return all.sort((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))[0]
}

export const openIssuesOf = async (enterpriseId: string): Promise<Issue[]> =>
  (await db.issues.filter((issue) => issue.enterprise?.id === enterpriseId && isOpen(issue)).toArray()).sort((a, b) => b.occurred_at.localeCompare(a.occurred_at))
