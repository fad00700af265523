/** Which visits are due here today, in which order. No database, no clock. */
import type { Position } from 'geojson'
import { distanceM } from '@/shared/geo'
import type { Checklist, DueVisit, Enterprise } from './known'

const DAY_MS = 24 * 3_600_000

/** An enterprise as a list shows it: how long owed (undefined: not due), how far, visited today. */
export interface Stop { enterprise: Enterprise; owed_days?: number; distance_m?: number; is_visited: boolean; last_visit_at: string | null; last_result: string | null; attention?: boolean }

/** Local days between two days of the API, "2026-11-20" and "2026-11-22" → 2. */
export const daysBetween = (from: string, until: string): number => Math.round((Date.parse(until) - Date.parse(from)) / DAY_MS)

/**
 * The due visits of a list that may be of an earlier day: what was owed then is owed longer now, and what was
 * visited on that day is off the list. `visited` are enterprises that this phone itself has visited today.
 */
export function stopsDue(due: DueVisit[], enterprises: Map<string, Enterprise>, visited: Set<string>, today: string): Stop[] {
  return due.flatMap((visit) => {
    const enterprise = enterprises.get(visit.id)
    const age = daysBetween(visit.day, today)
    if (!enterprise || (visit.visited_today && age > 0)) return []
    const { last_visit_at, last_result, attention } = visit
    return [{ enterprise, owed_days: visit.owed_days + age, is_visited: visit.visited_today || visited.has(visit.id), last_visit_at, last_result, attention }]
  })
}

export const withDistance = <S extends Stop>(stops: S[], here: Position | undefined): S[] =>
  here ? stops.map((stop) => ({ ...stop, distance_m: distanceM(here, stop.enterprise.location.coordinates) })) : stops

/** What is watched first, then the longest owed; of equals the nearest; without a distance by name. */
export const byDebt = (stops: Stop[]): Stop[] =>
  [...stops].sort((a, b) => Number(b.attention === true) - Number(a.attention === true) || (b.owed_days ?? -1) - (a.owed_days ?? -1) || near(a, b) || a.enterprise.name.localeCompare(b.enterprise.name, 'zh-CN'))

export const byDistance = (stops: Stop[]): Stop[] =>
  [...stops].sort((a, b) => near(a, b) || a.enterprise.name.localeCompare(b.enterprise.name, 'zh-CN'))

const near = (a: Stop, b: Stop): number => (a.distance_m ?? 0) - (b.distance_m ?? 0)

/** The checklist that counts now for a kind of object; where it has none, the general one. */
export function checklistFor(lists: Checklist[], kind: string, now: string): Checklist | undefined {
  const current = (of: string) =>
    lists.filter((list) => list.object_kind === of && list.in_force_from <= now).sort((a, b) => b.version - a.version)[0]
  return current(kind) ?? current('other')
}
