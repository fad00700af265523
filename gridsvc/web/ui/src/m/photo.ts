/** From the camera to what is sent: as small as the rule set wants it, hashed as it will be sent, with a thumbnail. */
import { recall } from './outbox/database'

/** `original_sha256` where the phone made it smaller: what the file was, of which nothing more is kept. */
export interface Prepared { data: ArrayBuffer; type: string; sha256: string; original_sha256?: string; thumb: ArrayBuffer }

/** How large a photo may be, from the rule set in force; without it photos go as they are. */
export const PHOTO_TARGET = 'photo_target_kb'

const LONGEST_SIDE_PX = 1600
const SMALLEST_SIDE_PX = 640
const THUMB_SIDE_PX = 240
/** What the server takes as it is. */
const SENDABLE = ['image/jpeg', 'image/png', 'image/webp']
const MOST_KB = 20 * 1024

/** Throws when the file is no picture that this phone can read. */
export async function prepare(file: Blob): Promise<Prepared> {
  const target = Math.min(MOST_KB, (await recall<number>(PHOTO_TARGET)) ?? MOST_KB) * 1024
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    const thumb = await (await drawn(picture, THUMB_SIDE_PX, 0.6)).arrayBuffer()
    return { ...(await fitting(file, picture, target)), thumb }
  } finally {
    picture.close()
  }
}

async function fitting(file: Blob, picture: ImageBitmap, mostBytes: number): Promise<Omit<Prepared, 'thumb'>> {
  const original = await file.arrayBuffer()
  const own = await sha256(original)
  if (file.size <= mostBytes && SENDABLE.includes(file.type)) return { data: original, type: file.type, sha256: own }
  const data = await (await shrunk(picture, mostBytes)).arrayBuffer()
  return { data, type: 'image/jpeg', sha256: await sha256(data), original_sha256: own }
}

async function shrunk(picture: ImageBitmap, mostBytes: number): Promise<Blob> {
  let side = LONGEST_SIDE_PX
  let quality = 0.8
  for (;;) {
    const blob = await drawn(picture, side, quality)
    if (blob.size <= mostBytes || side < SMALLEST_SIDE_PX) return blob
    if (quality > 0.55) quality -= 0.12
    else [side, quality] = [Math.round(side * 0.8), 0.7]
  }
}

async function drawn(picture: ImageBitmap, side: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
  canvas.width = canvas.height = 0 // gives the memory back at once on small phones
  if (!blob) throw new Error('The picture could not be encoded.')
  return blob
}

export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
