/** What a person may do about a record later, and how the phone gets its room back. */
import { db } from './database'

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

/** Free the bytes of photos whose receipts came before `until`. The record, its thumbnail and receipt stay. */
export async function freeArrived(until: Date): Promise<number> {
  const before = until.toISOString()
  return db.photos.where('state').equals('arrived')
    .filter((photo) => photo.receipt !== undefined && photo.data !== null && photo.arrived_at! < before)
    .modify({ data: null })
}
