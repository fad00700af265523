/** What a person does on a round, as records of the outbox. */
import { db, type Patrol } from './outbox/database'
import { enqueueAll, type Parcel } from './outbox/enqueue'
import { uuid7 } from '@/shared/ids'
import type { OwnGrid } from './known'
import { declared, fix } from './position'
import { chunks, gapsIn, lengthM } from './track'

const FRESH_MS = 60_000

/** A patrol begins now. It does not wait for a position: the track tells where. */
export async function startPatrol(grid: OwnGrid, personId: string, companions: { id: string; name: string }[] = []): Promise<void> {
  const id = uuid7()
  const made_at = new Date()
  const where = fix.value && made_at.getTime() - fix.value.at < FRESH_MS ? declared(fix.value) : {}
  const along = companions.length ? { companions: companions.map((one) => one.id) } : {}
  await enqueueAll([{ record: { id, kind: 'patrol', title: grid.name, made_at, body: { grid_id: grid.id, ...along, ...where } } }], () =>
    db.patrols.add({ id, grid_id: grid.id, person_id: personId, started_at: made_at.toISOString(), companions: companions.map(({ name }) => name) }))
}

/** The patrol ends now: its track, its end and its closing in one transaction. Returns the id of the record of the end. */
export async function endPatrol(patrol: Patrol, title: string, visits: number): Promise<string> {
  const points = await db.points.where('patrol_id').equals(patrol.id).sortBy('at')
  const made_at = new Date()
  const tracks = chunks(points).map((part, seq): Parcel => ({ record: { kind: 'track', title, made_at, body: { patrol_id: patrol.id, seq, crs: 'wgs84', points: part } } }))
  const facts = { points: points.length, distance_m: Math.round(lengthM(points)), gaps: gapsIn(points).length, visits }
  const ids = await enqueueAll([...tracks, { record: { kind: 'patrol_end', title, made_at, body: { patrol_id: patrol.id, facts } } }], async () => {
    await db.patrols.update(patrol.id, { ended_at: made_at.toISOString() })
    await db.points.where('patrol_id').equals(patrol.id).delete()
  })
  return ids[ids.length - 1]!
}
