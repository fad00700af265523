/** The problems this person found: as the server has them, and those that only this phone has yet. */
import { computed } from 'vue'
import type { Issue } from './known'
import { useLive } from './live'
import { db, type OutboxRecord } from './outbox/database'
import { me } from './session'
import { isOpen } from './tasks'

export interface Mine { id: string; title: string; found_at: string; urgent: boolean; issue?: Issue; record?: OutboxRecord }

/** Urgent ones that are open first, then the latest. */
export function useMyIssues() {
  const read = useLive(async () => ({ issues: await db.issues.toArray(), records: await db.records.filter(({ kind }) => kind === 'issue').toArray() }))
  return computed(() => read.value && me.value && mine(read.value.issues, read.value.records, me.value.person.id))
}

export function mine(issues: Issue[], records: OutboxRecord[], personId: string): Mine[] {
  const byId = new Map(records.filter(({ person_id }) => person_id === personId).map((record) => [record.id, record]))
  const known = issues.filter(({ found_by }) => found_by.id === personId)
  const told = new Set(known.map(({ id }) => id))
  return [
    ...known.map((issue): Mine => ({ id: issue.id, title: issue.description, found_at: issue.occurred_at, urgent: issue.urgent === true && isOpen(issue), issue, record: byId.get(issue.id) })),
    ...[...byId.values()].filter(({ id }) => !told.has(id)).map((record): Mine => ({ id: record.id, title: record.body.description as string, found_at: record.made_at, urgent: record.body.urgent === true, record })),
  ].sort((a, b) => Number(b.urgent) - Number(a.urgent) || Date.parse(b.found_at) - Date.parse(a.found_at))
}
