/** Keeps the track of the patrol that is on, whichever page is open. Nothing is recorded without one. */
import { liveQuery } from 'dexie'
import { watch } from 'vue'
import { db, recall, SESSION, type DeviceSession, type Patrol } from './outbox/database'
import { currentFix, fix, follow, type Fix } from './position'

const SHORTEST_MS = 3_000
/** Standing still, a phone may tell nothing: ask it, so that rest is not taken for a gap. */
const ASK_AFTER_MS = 30_000

export async function openPatrol(): Promise<Patrol | undefined> {
  const session = await recall<DeviceSession>(SESSION)
  return db.patrols.filter((patrol) => !patrol.ended_at && patrol.person_id === session?.person_id).last()
}

/** Begin, once for the page. */
export function recordPatrols(): void {
  let current: string | undefined
  let stop: (() => void) | undefined
  liveQuery(openPatrol).subscribe((patrol) => {
    if (patrol?.id === current) return
    stop?.()
    current = patrol?.id
    stop = patrol && record(patrol.id)
  })
}

function record(patrolId: string): () => void {
  let last = 0
  const keep = (now: Fix | undefined) => {
    if (!now || now.at - last < SHORTEST_MS) return
    last = now.at
    void db.points.add({ patrol_id: patrolId, ...now })
  }
  const unfollow = follow()
  const unwatch = watch(fix, keep, { immediate: true })
  const timer = setInterval(() => { if (Date.now() - last > ASK_AFTER_MS) void currentFix() }, ASK_AFTER_MS)
  return () => { unfollow(); unwatch(); clearInterval(timer) }
}
