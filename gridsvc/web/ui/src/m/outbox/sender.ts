/** The one sender: over all tabs and the service worker. Records first, then photos, never a bad one in the way of the rest. */
import { Problem } from '@/shared/problem'
import { db, recall, remember, SESSION, type DeviceSession, type OutboxRecord, type Photo } from './database'
import { deviceHealth, noteClock } from './health'
import { later, push, settle, waiting } from './push'
import { upload } from './upload'
import { backoffMs, isFault, isSignedOut, isTransient, MOST_PATIENCE_MS, toldToWaitMs, type Doors } from './wire'

/** Why sending ended. */
export type Ending = 'done' | 'busy' | 'offline' | 'no_answer' | 'signed_out'
export interface Sent { ending: Ending; left: number; next_at: number | undefined }

const LOCK = 'gridsvc-outbox'
const BATCH = 100
const BATCH_CHARACTERS = 300_000
/** After so many failures a record goes alone, so that it holds up nobody. */
const TIRED = 3
/** So many times may the server stumble (500) in one go while we look for the record it stumbles over. */
const MOST_FAULTS = 12
/** No pause of ours is longer: one that seems so was made by a clock that was wrong. */
const LONGEST_PAUSE_MS = 2 * 60 * 60_000
/** A server that said when to come back is left alone until then, whatever is new here. */
const NOT_BEFORE = 'not_before'

interface Round { doors: Doors; session: DeviceSession; isForced: boolean; tried: Set<string>; faults: number }

export const worldly = (): Doors => ({
  fetch: (...request) => fetch(...request),
  now: Date.now,
  random: Math.random,
  isOnline: () => globalThis.navigator?.onLine !== false,
  origin: '',
  locks: globalThis.navigator?.locks,
  heard: (answer) => void noteClock(answer, Date.now()),
})

let running: Promise<Sent> | undefined

/** Send what is due; with `isForced` also what is waiting out a pause. Returns when there is nothing more to try. */
export async function send(doors: Doors = worldly(), isForced = false): Promise<Sent> {
  if (!doors.locks) return (running ??= drain(doors, isForced).finally(() => { running = undefined }))
  return doors.locks.request(LOCK, { ifAvailable: true }, async (lock) => (lock ? drain(doors, isForced) : summary('busy')))
}

async function drain(doors: Doors, isForced: boolean): Promise<Sent> {
  await takeBackLeftovers()
  const session = await recall<DeviceSession>(SESSION)
  if (!session) return summary('signed_out')
  if (!doors.isOnline()) return summary('offline')
  const notBefore = await shutUntil(doors)
  if (notBefore) return { ...(await summary('no_answer')), next_at: notBefore }
  const round: Round = { doors, session, isForced, tried: new Set(), faults: 0 }
  try {
    while ((await sendRecords(round)) || (await sendPhoto(round)));
    return await summary('done')
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    await leaveAlone(doors, problem)
    return summary(isSignedOut(problem) ? 'signed_out' : 'no_answer')
  }
}

async function shutUntil(doors: Doors): Promise<number | undefined> {
  const until = await recall<number>(NOT_BEFORE)
  const isSoon = until !== undefined && until > doors.now() && until - doors.now() <= 2 * MOST_PATIENCE_MS
  return isSoon ? until : undefined
}

async function leaveAlone(doors: Doors, problem: Problem): Promise<void> {
  const pause = toldToWaitMs(problem, doors.random())
  if (pause) await remember(NOT_BEFORE, doors.now() + pause)
}

/** Whoever holds the lock is the only sender: what says "sending" without a receipt was left by a kill. */
const takeBackLeftovers = () =>
  db.records.where('state').equals('sending').filter((record) => !record.receipt).modify((record) => { record.state = waiting(record) })

/** Send one batch. Returns whether there was one. */
async function sendRecords(round: Round): Promise<boolean> {
  const batch = await nextBatch(round)
  for (const record of batch) round.tried.add(record.id)
  if (batch.length) await deliver(round, batch)
  return batch.length > 0
}

async function deliver(round: Round, batch: OutboxRecord[]): Promise<void> {
  await db.records.where('id').anyOf(ids(batch)).modify({ state: 'sending' })
  try {
    await settle(round.doors, batch, await push(round.doors, round.session.token, batch, await deviceHealth(round.doors)))
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    await setBack(round, batch, problem)
    if (isSignedOut(problem) || isTransient(problem)) throw problem
    if (isFault(problem) && ++round.faults > MOST_FAULTS) throw problem
    await narrow(round, batch, problem)
  }
}

/** The request as a whole was refused. Halve it until the record that is to blame stands alone. */
async function narrow(round: Round, batch: OutboxRecord[], problem: Problem): Promise<void> {
  if (batch.length === 1) {
    const blamed = batch[0]!
    const fate = isFault(problem) ? later(round.doors, blamed) : { state: 'needs_you' as const, verdict: undefined, problem: problem.toDocument() }
    await db.records.update(blamed.id, fate)
    return
  }
  const middle = Math.ceil(batch.length / 2)
  await deliver(round, batch.slice(0, middle))
  await deliver(round, batch.slice(middle))
}

/** Nothing of it is known to have arrived. A sign-out spends no attempt: it says nothing about the records. */
async function setBack({ doors }: Round, batch: OutboxRecord[], problem: Problem): Promise<void> {
  await db.transaction('rw', db.records, async () => {
    for (const record of batch) await db.records.update(record.id, isTransient(problem) ? later(doors, record, problem) : { state: waiting(record) })
  })
}

async function nextBatch(round: Round): Promise<OutboxRecord[]> {
  const due = await db.records.where('state').anyOf('here', 'given', 'needs_you').filter((record) => isDue(round, record) && record.person_id === round.session.person_id).toArray()
  const fresh = due.filter(({ state, attempts }) => state === 'here' && attempts < TIRED).sort((a, b) => a.device_seq - b.device_seq)
  if (fresh.length) return fitting(fresh)
  return due.sort((a, b) => a.next_at - b.next_at).slice(0, 1)
}

function fitting(records: OutboxRecord[]): OutboxRecord[] {
  let characters = 0
  const end = records.findIndex((record, n) => n === BATCH || ((characters += JSON.stringify(record.body).length) > BATCH_CHARACTERS && n > 0))
  return end < 0 ? records : records.slice(0, end)
}

/** What needs a person is asked for again only in its time, and only if the server keeps it: it may have been entered since. */
function isDue({ doors, isForced, tried }: Round, { id, next_at, ...one }: { id: string; next_at: number; state: string; verdict?: string }): boolean {
  const isTime = next_at <= doors.now() || next_at > doors.now() + LONGEST_PAUSE_MS
  if (one.state === 'needs_you') return !tried.has(id) && isTime && one.verdict !== undefined
  return !tried.has(id) && (isForced || isTime)
}

/** Send one photo of a record that has arrived. Returns whether there was one. */
async function sendPhoto(round: Round): Promise<boolean> {
  const photo = await nextPhoto(round)
  if (!photo) return false
  round.tried.add(photo.id)
  try {
    const receipt = await upload(round.doors, round.session.token, photo)
    await countIn(photo, { state: 'arrived', receipt, arrived_at: new Date(round.doors.now()).toISOString() })
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    await putOff(round, photo, problem)
    if (isSignedOut(problem) || isTransient(problem)) throw problem
  }
  return true
}

async function nextPhoto(round: Round): Promise<(Photo & { data: ArrayBuffer }) | undefined> {
  const outstanding = await db.records.where('state').anyOf('sending', 'given').filter((record) => wantsPhotos(record) && record.person_id === round.session.person_id).toArray()
  const photos = await db.photos.where('record_id').anyOf(ids(outstanding)).filter((photo) => photo.state === 'here' && photo.data !== null && isDue(round, photo)).toArray()
  return photos.sort((a, b) => a.next_at - b.next_at || (a.id < b.id ? -1 : 1))[0] as (Photo & { data: ArrayBuffer }) | undefined
}

/** Photos follow a record that has arrived, or that the grid office is to decide about. */
const wantsPhotos = ({ state, receipt }: OutboxRecord): boolean => receipt !== undefined || state === 'given'

/** The photo has its receipt; with the last one the record has arrived, if it has its own. */
async function countIn(photo: Photo, change: Partial<Photo>): Promise<void> {
  await db.transaction('rw', db.photos, db.records, async () => {
    await db.photos.update(photo.id, change)
    const photos = await db.photos.where('record_id').equals(photo.record_id).toArray()
    const arrived = photos.filter((one) => one.state === 'arrived').length
    const isWhole = arrived === photos.length && (await db.records.get(photo.record_id))?.receipt !== undefined
    await db.records.update(photo.record_id, { photos_arrived: arrived, ...(isWhole ? { state: 'arrived', arrived_at: change.arrived_at } : {}) })
  })
}

/** 409 and 460 are tus saying "look again where we are"; other refusals of a photo need a person. */
async function putOff({ doors }: Round, photo: Photo, problem: Problem): Promise<void> {
  if (isSignedOut(problem)) return
  const isForPerson = !isTransient(problem) && !isFault(problem) && ![404, 409, 410, 460].includes(problem.status)
  await db.transaction('rw', db.photos, db.records, async () => {
    const attempts = photo.attempts + 1
    await db.photos.update(photo.id, { attempts, next_at: doors.now() + Math.max(backoffMs(attempts, doors.random()), toldToWaitMs(problem, doors.random())) })
    if (isForPerson) await db.records.update(photo.record_id, { state: 'needs_you', verdict: undefined, given_at: undefined, problem: problem.toDocument() })
  })
}

/** What is left for the sender, and when it may go on. */
async function summary(ending: Ending): Promise<Sent> {
  const open = await db.records.where('state').anyOf('here', 'sending', 'given').toArray()
  const photos = await db.photos.where('record_id').anyOf(ids(open.filter(wantsPhotos))).filter((photo) => photo.state === 'here').toArray()
  const refused = await db.records.where('state').equals('needs_you').filter(({ verdict }) => verdict !== undefined).toArray()
  const moments = [...open.filter((record) => !record.receipt), ...photos, ...refused].map((one) => one.next_at)
  return { ending, left: open.length, next_at: moments.length ? Math.min(...moments) : undefined }
}

const ids = (records: OutboxRecord[]): string[] => records.map((record) => record.id)
