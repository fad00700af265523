/** What a person may do about a record later, and how the phone gets its room back. */
import { db, type OutboxRecord } from './database'
import { nextSeq } from './enqueue'
import { uuid7 } from './ids'

/** Try a record again that needed a person: the duty has been corrected, the app updated. */
export async function tryAgain(id: string): Promise<void> {
  await db.transaction('rw', db.records, db.photos, async () => {
    const record = await db.records.get(id)
    if (record?.state !== 'needs_you') return
    await db.photos.where('record_id').equals(id).filter((photo) => photo.state === 'here').modify({ attempts: 0, next_at: 0 })
    const state = record.receipt ? 'sending' : 'here'
    await db.records.update(id, { state, attempts: 0, next_at: 0, verdict: undefined, problem: undefined })
  })
}

/**
 * Two versions stand against each other and this phone's is to count as well: it goes again as a record of
 * its own, `corrects` naming the one it corrects. Photos move with it. Returns the new id.
 */
export async function sendAsCorrection(id: string): Promise<string | undefined> {
  return db.transaction('rw', db.records, db.photos, db.meta, async () => {
    const record = await db.records.get(id)
    if (record?.verdict !== 'conflict') return undefined
    const successor: OutboxRecord = {
      ...record, id: uuid7(), body: { ...record.body, corrects: id }, device_seq: await nextSeq(),
      state: 'here', attempts: 0, next_at: 0, verdict: undefined, problem: undefined,
    }
    await db.records.add(successor)
    await db.photos.where('record_id').equals(id).modify({ record_id: successor.id })
    await db.records.delete(id)
    return successor.id
  })
}

/** Free the bytes of photos whose receipts came before `until`. The record, its thumbnail and receipt stay. */
export async function freeArrived(until: Date): Promise<number> {
  const before = until.toISOString()
  return db.photos.where('state').equals('arrived')
    .filter((photo) => photo.receipt !== undefined && photo.data !== null && photo.arrived_at! < before)
    .modify({ data: null })
}
