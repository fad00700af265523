/** Entries of the inspection log as this phone holds them: its own, and those that the server told of. */
import { correctors, ofPast, ofRecord, type LogEntry } from './corrections'
import { checklistFor } from './due'
import type { Checklist, FormalFacts, LogAnswer } from './known'
import { db } from './outbox/database'

/** An entry of one's own that can be corrected: what was answered, and under which list; of a formal inspection what it says beside. */
export interface Filed extends LogEntry { enterprise_id: string; checklist_id: string; answers: LogAnswer[]; person_id: string; formal?: FormalFacts }

export async function filed(id: string): Promise<Filed | undefined> {
  const record = await db.records.get(id)
  if (record?.kind === 'inspection') return { ...ofRecord(record), ...(record.body as Pick<Filed, 'enterprise_id' | 'checklist_id' | 'answers' | 'formal'>), person_id: record.person_id }
  const past = await db.inspections.get(id)
  return past && { ...ofPast(past), enterprise_id: past.enterprise_id, checklist_id: past.checklist_id, answers: past.answers, person_id: past.inspector_id, ...(past.formal ? { formal: past.formal } : {}) }
}

/** All entries about an enterprise that this phone knows, each once. */
export async function entriesAt(enterpriseId: string): Promise<LogEntry[]> {
  const [past, own] = await Promise.all([
    db.inspections.where('enterprise_id').equals(enterpriseId).toArray(),
    db.records.filter(({ kind, body, state }) => kind === 'inspection' && state !== 'noted' && body.enterprise_id === enterpriseId).toArray(),
  ])
  return [...new Map([...past.map(ofPast), ...own.map(ofRecord)].map((entry) => [entry.id, entry])).values()]
}

/** What corrects an entry, and what it corrects. */
export async function chainOf(id: string): Promise<{ corrects?: LogEntry; corrected_by?: LogEntry }> {
  const one = await filed(id)
  if (!one) return {}
  const before = one.corrects ? await filed(one.corrects) : undefined
  const after = correctors(await entriesAt(one.enterprise_id)).get(id)
  return { ...(before ? { corrects: before } : {}), ...(after ? { corrected_by: after } : {}) }
}

/** The list that is answered: the version by which an earlier entry was, else the one in force. */
export const listFor = (lists: Checklist[], kind: string, now: string, old?: Filed): Checklist | undefined =>
  (old ? lists.find(({ id }) => id === old.checklist_id) : checklistFor(lists, kind, now))
