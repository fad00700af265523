/**
 * The last way out of a broken phone: everything without a receipt as one file, which the grid office takes in
 * (POST /api/v1/sync/import). This is the only place that knows its form.
 */
import { db, OPEN, recall, SESSION, type DeviceSession, type Photo } from './database'
import { onTheWire } from './push'

export const FORMAT = 'gridsvc-outbox/1'

/** Of one person: records are entered in their name. */
export interface Export { person_id: string; file: Blob }

/** Records as they would be pushed, photos as base64 beside them; a file for each person who worked with this phone. */
export async function unsentAsFiles(now: Date): Promise<Export[]> {
  const owners = await db.records.where('state').anyOf(OPEN).toArray()
  const people = [...new Set(owners.map(({ person_id }) => person_id))]
  const mine = (await recall<DeviceSession>(SESSION))?.person_id
  return Promise.all(people.sort((a) => (a === mine ? -1 : 1)).map(async (person_id) => ({ person_id, file: await fileOf(person_id, now) })))
}

async function fileOf(person_id: string, now: Date): Promise<Blob> {
  const records = await db.records.where('state').anyOf(OPEN).filter((record) => record.person_id === person_id).sortBy('device_seq')
  const head = JSON.stringify({ format: FORMAT, exported_at: now.toISOString(), person_id, records: records.map(onTheWire) })
  return new Blob([`${head.slice(0, -1)},"photos":[`, ...(await photosOf(records.map(({ id }) => id))), ']}'], { type: 'application/json' })
}

/** One photo at a time is read and given to the browser: a full phone has little memory, too. */
async function photosOf(recordIds: string[]): Promise<Blob[]> {
  const ids = await db.photos.where('record_id').anyOf(recordIds).primaryKeys()
  const parts: Blob[] = []
  for (const id of ids) {
    const photo = await db.photos.get(id)
    if (photo?.data) parts.push(new Blob([parts.length ? ',' : '', asText(photo, photo.data)]))
  }
  return parts
}

const asText = ({ sha256, type }: Photo, data: ArrayBuffer): string => JSON.stringify({ sha256, type, data: base64(data) })

function base64(bytes: ArrayBuffer): string {
  const all = new Uint8Array(bytes)
  let text = ''
  for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000))
  return btoa(text)
}
