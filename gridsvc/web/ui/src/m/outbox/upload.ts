/** One photo to the server by tus 1.0, from wherever it stopped last time. */
import { isRecord, Problem } from '@/shared/problem'
import type { MediaReceipt } from './contract'
import { db, type Photo } from './database'
import { ask, type Doors } from './wire'

const CHUNK_BYTES = 128 * 1024
const TUS = { 'Tus-Resumable': '1.0.0' }

interface Progress { url: string; offset: number; receipt?: MediaReceipt }
type Sendable = Photo & { data: ArrayBuffer }

/** Send what is missing of a photo and return its receipt. Throws `Problem`; without a receipt it has not arrived. */
export async function upload(doors: Doors, token: string, photo: Sendable): Promise<MediaReceipt> {
  let at = (photo.upload_url && (await resume(doors, token, photo.upload_url))) || (await create(doors, token, photo))
  while (at.offset < photo.size) at = await sendChunk(doors, token, photo, at)
  const receipt = at.receipt ?? (await create(doors, token, photo)).receipt // all bytes are there, but the answer that said so was lost
  if (!receipt) throw Problem.noAnswer('the photo has no receipt yet')
  return receipt
}

/** How far the server has got; nothing if it has forgotten the upload. */
async function resume(doors: Doors, token: string, url: string): Promise<Progress | undefined> {
  try {
    return progress(url, await ask(doors, token, url, { method: 'HEAD', headers: TUS }))
  } catch (problem) {
    if (problem instanceof Problem && [403, 404, 410].includes(problem.status)) return undefined
    throw problem
  }
}

/** Announce the photo. The server may know its bytes from us already: then nothing is left to send. */
async function create(doors: Doors, token: string, photo: Sendable): Promise<Progress> {
  const metadata = `sha256 ${btoa(photo.sha256)},filetype ${btoa(photo.type)}`
  const headers = { ...TUS, 'Upload-Length': String(photo.size), 'Upload-Metadata': metadata }
  const answer = await ask(doors, token, '/api/v1/media', { method: 'POST', headers })
  const url = pathOf(answer.headers.get('Location'), photo)
  await db.photos.update(photo.id, { upload_url: url })
  return progress(url, answer, answer.status === 201 ? 0 : undefined)
}

async function sendChunk(doors: Doors, token: string, photo: Sendable, { url, offset }: Progress): Promise<Progress> {
  const chunk = photo.data.slice(offset, offset + CHUNK_BYTES)
  const headers = {
    ...TUS,
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': String(offset),
    'Upload-Checksum': `sha256 ${base64(await crypto.subtle.digest('SHA-256', chunk))}`,
  }
  const next = progress(url, await ask(doors, token, url, { method: 'PATCH', headers, body: chunk }))
  if (next.offset <= offset) throw Problem.noAnswer('the upload does not advance')
  return next
}

function progress(url: string, answer: Response, otherwise?: number): Progress {
  const said = answer.headers.get('Upload-Offset')
  const offset = said === null ? otherwise : Number(said)
  if (offset === undefined || !Number.isInteger(offset)) throw Problem.noAnswer('not an answer of ours')
  return { url, offset, receipt: receiptIn(answer) }
}

/** Where the upload lives, on our own origin: the token goes nowhere else, whatever a proxy wrote into Location. */
function pathOf(location: string | null, { upload_url }: Photo): string {
  if (location === null) return upload_url ?? '/api/v1/media'
  return new URL(location, 'http://phone').pathname
}

function receiptIn(answer: Response): MediaReceipt | undefined {
  const header = answer.headers.get('Media-Receipt')
  if (header === null) return undefined
  try {
    const bytes = Uint8Array.from(atob(header), (c) => c.charCodeAt(0))
    const receipt: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isRecord(receipt) ? receipt : undefined
  } catch (cause) {
    throw Problem.noAnswer(cause)
  }
}

const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)))
