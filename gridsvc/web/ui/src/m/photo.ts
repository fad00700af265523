/** From the camera to what is sent: small enough for a bad network, hashed as it will be sent, with a thumbnail. */

export interface Prepared { data: ArrayBuffer; type: 'image/jpeg'; sha256: string; thumb: ArrayBuffer }

const LONGEST_SIDE_PX = 1600
const SMALLEST_SIDE_PX = 640
const MOST_BYTES = 200 * 1024
const THUMB_SIDE_PX = 240

/** Shrink a picture to about 200 kB. Throws when the file is no picture that this phone can read. */
export async function prepare(file: Blob): Promise<Prepared> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    const data = await (await shrunk(picture)).arrayBuffer()
    const thumb = await (await drawn(picture, THUMB_SIDE_PX, 0.6)).arrayBuffer()
    return { data, type: 'image/jpeg', sha256: await sha256(data), thumb }
  } finally {
    picture.close()
  }
}

async function shrunk(picture: ImageBitmap): Promise<Blob> {
  let side = LONGEST_SIDE_PX
  let quality = 0.8
  for (;;) {
    const blob = await drawn(picture, side, quality)
    if (blob.size <= MOST_BYTES || side < SMALLEST_SIDE_PX) return blob
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
