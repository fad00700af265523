/** What a person may do about a record later, and how the phone gets its room back. Nothing here deletes a record. */
import { uuid7 } from '@/shared/ids'
import { db, nextSeq, type OutboxRecord } from './database'

const REVOKED = '/problems/device-revoked'
const DISMISSED = '/problems/record-dismissed'

const inOutbox = <T>(work: () => Promise<T>): Promise<T> => db.transaction('rw', db.records, db.photos, work)

/** Try a record again that needed a person: the duty has been corrected, the app updated. */
export const tryAgain = (id: string): Promise<void> => inOutbox(async () => {
  const record = await db.records.get(id)
  if (record?.state !== 'needs_you' && record?.state !== 'given') return
  await db.photos.where('record_id').equals(id).filter((photo) => photo.state === 'here').modify({ attempts: 0, next_at: 0 })
  const state = record.receipt ? 'sending' : 'here'
  await db.records.update(id, { state, attempts: 0, next_at: 0, verdict: undefined, problem: undefined, given_at: undefined })
})

/** Only what the server keeps can be left to those who look after it there. */
export const isGivable = ({ state, verdict, problem }: OutboxRecord): boolean =>
  state === 'needs_you' && verdict !== undefined && verdict !== 'held' && problem?.type !== DISMISSED && problem?.type !== REVOKED

/** Leave it to the grid office: it stays here, its photos follow, and what becomes of it is asked from time to time. */
export const give = (id: string, now: Date): Promise<void> => inOutbox(async () => {
  const record = await db.records.get(id)
  if (record && isGivable(record)) await db.records.update(id, { state: 'given', given_at: now.toISOString(), next_at: 0 })
})

/** What stands instead stands: another record of the same, or the grid office's word. */
export const isNotable = ({ state, verdict, problem }: OutboxRecord): boolean =>
  state === 'needs_you' && (verdict === 'conflict' || problem?.type === DISMISSED)

/** The person knows, and leaves it at that. It stays on this phone, marked. */
export const note = (id: string): Promise<void> => inOutbox(async () => {
  const record = await db.records.get(id)
  if (record && isNotable(record)) await db.records.update(id, { state: 'noted' })
})

/** Only visits are corrected by another entry. */
export const isCorrectable = ({ kind, state, verdict }: OutboxRecord): boolean =>
  kind === 'inspection' && state === 'needs_you' && verdict === 'conflict'

/** Send a visit as the correction of the one that stands; its photos go along. Returns the id of the new record. */
export const sendAsCorrection = (id: string, standing: string): Promise<string | undefined> =>
  db.transaction('rw', db.records, db.photos, db.meta, async () => {
    const record = await db.records.get(id)
    if (!record || !isCorrectable(record)) return undefined
    const corrected_by = uuid7()
    const { verdict: _, problem: __, given_at: ___, ...made } = record
    await db.records.add({
      ...made, id: corrected_by, device_seq: await nextSeq(), body: { ...record.body, corrects_id: standing }, state: 'here', attempts: 0, next_at: 0,
    })
    await db.photos.where('record_id').equals(id).modify({ record_id: corrected_by })
    await db.records.update(id, { state: 'noted', corrected_by })
    return corrected_by
  })

/** The phone was signed out elsewhere before it sent this: the server keeps it aside. */
export const isSetAside = ({ problem }: OutboxRecord): boolean => problem?.type === REVOKED

/** Now that the person has signed in again: once more. */
export async function retryRevoked(personId: string): Promise<void> {
  const kept = await db.records.where('state').anyOf('needs_you', 'given').filter((record) => isSetAside(record) && record.person_id === personId).toArray()
  for (const { id } of kept) await tryAgain(id)
}

/** The server went back to a backup: what it lost it has to get again. Bytes that are freed it must have from before. */
export const sendAllAgain = (): Promise<void> => inOutbox(async () => {
  await db.photos.filter((photo) => photo.data !== null).modify((photo) => {
    Object.assign(photo, { state: 'here', attempts: 0, next_at: 0 })
    delete photo.upload_url
  })
  const arrived = await countByRecord()
  await db.records.where('state').anyOf('arrived', 'sending').filter((record) => record.receipt !== undefined).modify((record) => {
    Object.assign(record, { state: 'here', attempts: 0, next_at: 0, former_receipt: record.receipt, photos_arrived: arrived.get(record.id) ?? 0 })
    delete record.receipt
    delete record.arrived_at
  })
})

async function countByRecord(): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  await db.photos.where('state').equals('arrived').each(({ record_id }) => counts.set(record_id, (counts.get(record_id) ?? 0) + 1))
  return counts
}

/** Free the bytes of photos whose receipts came before `until`. The record, its thumbnail and receipt stay. */
export async function freeArrived(until: Date): Promise<number> {
  const before = until.toISOString()
  return db.photos.where('state').equals('arrived')
    .filter((photo) => photo.receipt !== undefined && photo.data !== null && photo.arrived_at! < before)
    .modify({ data: null })
}
