/** The last way out of a broken phone: everything unsent as one file that the grid office can take in. */
import { db } from './database'
import { onTheWire } from './push'

/** Records as they would be pushed, photos as base64 beside them. */
export async function unsentAsFile(): Promise<Blob> {
  const records = await db.records.where('state').anyOf('here', 'sending', 'needs_you').sortBy('device_seq')
  const photos = await db.photos.where('record_id').anyOf(records.map((record) => record.id)).filter((photo) => photo.data !== null).toArray()
  const chunks = [`{"exported_at":"${new Date().toISOString()}","records":${JSON.stringify(records.map(onTheWire))},"photos":[`]
  for (const [n, photo] of photos.entries()) chunks.push(`${n ? ',' : ''}{"sha256":"${photo.sha256}","type":"${photo.type}","data":"${base64(photo.data!)}"}`)
  return new Blob([...chunks, ']}'], { type: 'application/json' })
}

function base64(bytes: ArrayBuffer): string {
  const all = new Uint8Array(bytes)
  let text = ''
  for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000))
  return btoa(text)
}
