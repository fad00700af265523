/** What a track tells, and how it goes onto the wire. No database, no clock. */
import type { Position } from 'geojson'
import { distanceM } from '@/shared/geo'
import type { TrackPoint } from './outbox/database'

/** As on the server: so long without a fix is a gap. */
export const GAP_MS = 120_000
const POINTS_A_CHUNK = 500
const DIGITS = 6 // about a decimetre

export interface Gap { from: number; until: number }
export interface Leg { id: string; positions: Position[]; isGap: boolean }
export type WirePoint = [lon: number, lat: number, unix_s: number, accuracy_m: number]

const at = ({ lon, lat }: TrackPoint): Position => [lon, lat]

/** From fix to fix, in metres. */
export const lengthM = (points: TrackPoint[]): number =>
  points.reduce((sum, point, n) => sum + (n ? distanceM(at(points[n - 1]!), at(point)) : 0), 0)

export const gapsIn = (points: TrackPoint[]): Gap[] =>
  points.flatMap((point, n) => (n && point.at - points[n - 1]!.at > GAP_MS ? [{ from: points[n - 1]!.at, until: point.at }] : []))

/** The track in pieces to draw: walked, and the gaps between, of which nobody knows the way. */
export function legs(points: TrackPoint[]): Leg[] {
  const found: Leg[] = []
  points.forEach((point, n) => {
    const isGap = n > 0 && point.at - points[n - 1]!.at > GAP_MS
    if (isGap) found.push({ id: `gap${n}`, positions: [at(points[n - 1]!), at(point)], isGap: true })
    if (isGap || n === 0) found.push({ id: `leg${n}`, positions: [], isGap: false })
    found[found.length - 1]!.positions.push(at(point))
  })
  return found.filter((leg) => leg.positions.length > 1)
}

/** The points in parts that the server takes, in order. */
export function chunks(points: TrackPoint[], most = POINTS_A_CHUNK): WirePoint[][] {
  const wire = points.map(({ lon, lat, at: ms, accuracy_m }): WirePoint => [rounded(lon), rounded(lat), Math.round(ms / 1000), Math.round(accuracy_m)])
  return Array.from({ length: Math.ceil(wire.length / most) }, (_, n) => wire.slice(n * most, (n + 1) * most))
}

const rounded = (degrees: number): number => Number(degrees.toFixed(DIGITS))
