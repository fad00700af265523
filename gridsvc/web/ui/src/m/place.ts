/** What the phone knows of one enterprise. */
import { isOpen } from './tasks'
import type { Issue } from './known'
import { db } from './outbox/database'

export interface LastVisit { occurred_at: string; result: string }

/** The last visit: by this phone, by anybody in the last thirty days, or as the list of due visits tells it. */
export async function lastVisitOf(enterpriseId: string): Promise<LastVisit | undefined> {
  const [past, due, own] = await Promise.all([
    db.inspections.where('enterprise_id').equals(enterpriseId).toArray(),
    db.dueVisits.get(enterpriseId),
    db.records.filter(({ kind, body }) => kind === 'inspection' && body.enterprise_id === enterpriseId).toArray(),
  ])
  const made = own.map(({ made_at, body }): LastVisit => ({ occurred_at: made_at, result: (body.answers as { result: string }[]).some(({ result }) => result === 'problem') ? 'problem' : 'ok' }))
  const told = due?.last_visit_at ? [{ occurred_at: due.last_visit_at, result: due.last_result ?? 'ok' }] : []
  return [...past, ...told, ...made].sort((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))[0]
}

/** The last visit of this person's own, of the last thirty days: what they may correct by another entry. */
export async function ownVisitOf(enterpriseId: string, personId: string): Promise<{ id: string; occurred_at: string } | undefined> {
  const [past, own] = await Promise.all([
    db.inspections.where('enterprise_id').equals(enterpriseId).filter(({ inspector_id }) => inspector_id === personId).toArray(),
    db.records.filter(({ kind, body, person_id, state }) => kind === 'inspection' && body.enterprise_id === enterpriseId && person_id === personId && state === 'arrived').toArray(),
  ])
  const all = [...past.map(({ id, occurred_at }) => ({ id, occurred_at })), ...own.map(({ id, made_at }) => ({ id, occurred_at: made_at }))]
  return all.sort((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))[0]
}

export const openIssuesOf = async (enterpriseId: string): Promise<Issue[]> =>
  (await db.issues.filter((issue) => issue.enterprise?.id === enterpriseId && isOpen(issue)).toArray()).sort((a, b) => b.occurred_at.localeCompare(a.occurred_at))
