/** The way in: what a person made is kept here, whole, before anything is sent. */
import type { Body, Kind, PhotoClaim } from './contract'
import { db, nextSeq, recall, SESSION, type DeviceSession, type OutboxRecord, type Photo } from './database'
import { withRoom } from './room'
import { uuid7 } from '@/shared/ids'

export interface NewRecord {
  /** Made early where photos were kept before the record was (see `keepPhoto`); else made here. */
  id?: string
  kind: Kind
  title: string
  body: Body
  made_at?: Date
}

export interface NewPhoto extends PhotoClaim { data: ArrayBuffer; type: string; thumb?: ArrayBuffer }

export interface Parcel { record: NewRecord; photos?: NewPhoto[] }

export class NotSignedIn extends Error {
  override readonly name = 'NotSignedIn'
}

/** Keep one record with its photos, and drop its draft: all of it or nothing. Returns its id. */
export const enqueue = async (record: NewRecord, photos: NewPhoto[] = []): Promise<string> =>
  (await enqueueAll([{ record, photos }]))[0]!

/**
 * Keep several records that belong together (the end of a patrol and its track) in ONE transaction:
 * a kill can never leave half of them. `alongside` runs in the same transaction, on any table of the phone.
 */
export async function enqueueAll(parcels: Parcel[], alongside?: () => Promise<unknown>): Promise<string[]> {
  return withRoom(() => db.transaction('rw', [db.records, db.photos, db.drafts, db.patrols, db.points, db.meta], async () => {
    const owner = await signedIn()
    const ids: string[] = []
    for (const parcel of parcels) ids.push(await keep(parcel, owner))
    await alongside?.()
    return ids
  }))
}

/** Keep a photo of a record that is still being made, from the moment it is taken. */
export const keepPhoto = async (recordId: string, photo: NewPhoto): Promise<string> =>
  withRoom(() => db.photos.add(asRow(recordId, photo)))

/** A person took it away again before the record was made. */
export async function dropPhoto(id: string): Promise<void> {
  await db.transaction('rw', db.photos, db.records, async () => {
    const photo = await db.photos.get(id)
    if (photo && !(await db.records.get(photo.record_id))) await db.photos.delete(id)
  })
}

async function keep({ record, photos = [] }: Parcel, owner: string): Promise<string> {
  const id = record.id ?? uuid7()
  await db.photos.bulkAdd(photos.map((photo) => asRow(id, photo)))
  const all = await db.photos.where('record_id').equals(id).sortBy('id')
  const body = all.length ? { ...record.body, photos: all.map(claim) } : record.body
  const after = await before(record, owner)
  await db.records.add({ ...(await asRecord(id, { ...record, body }, owner, all.length)), ...(after.length ? { after } : {}) })
  await db.drafts.delete(id)
  return id
}

const MOST_BEFORE = 8

/** A second action on an issue waits for the first, an edit for the edit before: the body does not say so. */
async function before({ kind, body }: NewRecord, owner: string): Promise<string[]> {
  const subject = (of: Body): unknown => (kind === 'issue_action' ? of.issue_id : kind === 'edit' ? of.subject_id : undefined)
  if (subject(body) === undefined) return []
  const unsent = await db.records.where('state').anyOf('here', 'sending').filter((one) => !one.receipt && one.kind === kind && one.person_id === owner && subject(one.body) === subject(body)).sortBy('device_seq')
  return unsent.slice(-MOST_BEFORE).map(({ id }) => id)
}

async function asRecord(id: string, { kind, title, body, made_at = new Date() }: NewRecord, owner: string, photos: number): Promise<OutboxRecord> {
  return {
    id, kind, title, body: { made_at: made_at.toISOString(), ...body }, made_at: made_at.toISOString(), device_seq: await nextSeq(), person_id: owner,
    state: 'here', attempts: 0, next_at: 0, photos_total: photos, photos_arrived: 0,
  }
}

const asRow = (recordId: string, { data, ...photo }: NewPhoto): Photo => ({
  ...photo, data, id: uuid7(), record_id: recordId, size: data.byteLength, state: 'here', attempts: 0, next_at: 0,
})

function claim({ sha256, original_sha256, taken_at, position, accuracy_m, purpose, source }: Photo): PhotoClaim {
  const where = position ? { position, crs: 'wgs84' as const, ...(accuracy_m === undefined ? {} : { accuracy_m }) } : {}
  return { sha256, ...(original_sha256 ? { original_sha256 } : {}), taken_at, purpose, ...(source ? { source } : {}), ...where }
}

async function signedIn(): Promise<string> {
  const session = await recall<DeviceSession>(SESSION)
  if (!session) throw new NotSignedIn('Nobody has signed in on this phone.')
  return session.person_id
}
