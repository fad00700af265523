/** The edits of this phone: those on their way, and what came of those that arrived. */
import { answered, type Api } from '@/shared/api'
import type { Enterprise } from './known'
import { isUndecided, mended } from './mend'
import { db, type OutboxRecord, type State } from './outbox/database'

const GOING: State[] = ['here', 'sending', 'given']

/** An enterprise with what this phone has changed of it and not delivered, and how many changes those are. */
export async function mendedHere(id: string): Promise<{ enterprise: Enterprise; unsent: number } | undefined> {
  const enterprise = await db.enterprises.get(id)
  const going = await db.records.where('state').anyOf(GOING).filter(({ kind, body }) => kind === 'edit' && body.subject_id === id).sortBy('device_seq')
  return enterprise && { enterprise: mended(enterprise, going), unsent: going.length }
}

const isOpen = (record: OutboxRecord): boolean => record.kind === 'edit' && (!record.ending || isUndecided(record))

/** Ask what came of the edits that arrived, as long as that is not known or somebody has to choose. */
export async function readEndings(api: Api): Promise<void> {
  const open = await db.records.where('state').equals('arrived').filter(isOpen).primaryKeys()
  if (!open.length) return
  const { items } = await answered(api.GET('/api/v1/my-edits'))
  const wanted = new Set(open)
  await db.transaction('rw', db.records, async () => {
    for (const ending of items.filter(({ id }) => wanted.has(id))) await db.records.update(ending.id, { ending })
  })
}
