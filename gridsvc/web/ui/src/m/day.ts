/** What this person did on a day in a grid: from this phone's own records, and from what the server knows of others. */
import { localDayOf } from '@/shared/format'
import type { Month } from './month'
import { db, recall, type OutboxRecord } from './outbox/database'

export interface Day {
  patrols: number
  distance_m: number
  /** Enterprises that were visited. */
  visited: Set<string>
  visits: number
  problems: number
  /** The day is closed: by a record of this phone, or by one that only the server has. */
  close?: OutboxRecord | 'elsewhere'
}

export async function dayOf(day: string, gridId: string, personId: string): Promise<Day> {
  const own = (await madeSince(day)).filter((record) => localDayOf(record.made_at) === day && record.person_id === personId)
  const [visits, issues, closes] = await Promise.all([
    db.inspections.where('grid_id').equals(gridId).filter((visit) => visit.inspector_id === personId && !visit.corrects_id && visit.kind !== 'formal' && localDayOf(visit.occurred_at) === day).toArray(),
    db.issues.where('grid_id').equals(gridId).filter((issue) => issue.found_by.id === personId && localDayOf(issue.occurred_at) === day).toArray(),
    db.dayCloses.where('grid_id').equals(gridId).filter((close) => close.officer_id === personId && close.day === day).toArray(),
  ])
  const month = await recall<Month>('month')
  const walkedAlong = (month?.patrols ?? []).filter((patrol) => patrol.day === day && patrol.grid.id === gridId && patrol.officer.id !== personId)
  const places = new Map((await db.enterprises.where('grid_id').equals(gridId).toArray()).map(({ id, name }) => [id, name]))
  return summed(own, visits, issues, closes.length > 0, gridId, places, walkedAlong)
}

/** This phone's records from the beginning of a local day on. */
export const madeSince = (day: string): Promise<OutboxRecord[]> =>
  db.records.where('made_at').aboveOrEqual(new Date(`${day}T00:00:00+08:00`).toISOString()).toArray()

type Seen = { id: string; enterprise_id: string }

function summed(own: OutboxRecord[], visits: Seen[], issues: { id: string }[], isClosed: boolean, gridId: string, places: Map<string, string>, walkedAlong: { distance_m: number }[]): Day {
  const of = (kind: OutboxRecord['kind']) => own.filter((record) => record.kind === kind && isOf(record, gridId, places))
  const made = new Map([...visits.map(({ id, enterprise_id }) => [id, enterprise_id] as const), ...of('inspection').filter(({ body }) => !body.corrects_id && body.kind !== 'formal').map(({ id, body }) => [id, body.enterprise_id as string] as const)])
  const close = of('day_close').find((record) => record.state !== 'needs_you')
  return {
    patrols: of('patrol').length + walkedAlong.length,
    distance_m: walkedAlong.reduce((sum, patrol) => sum + patrol.distance_m, 0) + of('patrol_end').reduce((sum, { body }) => sum + ((body.facts as { distance_m?: number }).distance_m ?? 0), 0),
    visited: new Set(made.values()),
    visits: made.size,
    problems: new Set([...issues, ...of('issue')].map(({ id }) => id)).size,
    close: close ?? (isClosed ? 'elsewhere' : undefined),
  }
}

/** Records name their grid, or an enterprise in it; the end of a patrol and a problem by position are of wherever one is. */
function isOf({ body }: OutboxRecord, gridId: string, places: Map<string, string>): boolean {
  if (body.grid_id) return body.grid_id === gridId
  return body.enterprise_id ? places.has(body.enterprise_id as string) : true
}
