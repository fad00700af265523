/** Just enough plane geometry to draw GeoJSON without a map library. Degrees in, pixels out, north up. */
import type { Geometry, Position } from 'geojson'

export type Bounds = [west: number, south: number, east: number, north: number]

export function boundsOf(geometries: Geometry[]): Bounds | undefined {
  const all = geometries.flatMap(positions)
  if (!all.length) return undefined
  const pick = (axis: 0 | 1, least: boolean) =>
    all.reduce((best, p) => (least ? Math.min(best, p[axis]!) : Math.max(best, p[axis]!)), least ? Infinity : -Infinity)
  return [pick(0, true), pick(1, true), pick(0, false), pick(1, false)]
}

/** A function from [lon, lat] to [x, y] that fits the bounds into a box, with true proportions at their middle. */
export function projector([west, south, east, north]: Bounds, width: number, height: number, pad: number): (at: Position) => [number, number] {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const wide = Math.max((east - west) * shrink, 1e-9)
  const high = Math.max(north - south, 1e-9)
  const scale = Math.min((width - 2 * pad) / wide, (height - 2 * pad) / high)
  const left = (width - wide * scale) / 2
  const top = (height - high * scale) / 2
  return (at) => [left + (at[0]! - west) * shrink * scale, top + (north - at[1]!) * scale]
}

/** The rings of a polygon, the lines of a line: what an SVG path is made of. */
export function linesOf(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case 'LineString': return [geometry.coordinates]
    case 'MultiLineString':
    case 'Polygon': return geometry.coordinates
    case 'MultiPolygon': return geometry.coordinates.flat()
    case 'GeometryCollection': return geometry.geometries.flatMap(linesOf)
    default: return []
  }
}

function positions(geometry: Geometry): Position[] {
  switch (geometry.type) {
    case 'Point': return [geometry.coordinates]
    case 'MultiPoint': return geometry.coordinates
    case 'GeometryCollection': return geometry.geometries.flatMap(positions)
    default: return linesOf(geometry).flat()
  }
}

const EARTH_M = 6_371_008.8

/** Metres along the great circle. */
export function distanceM(a: Position, b: Position): number {
  const rad = Math.PI / 180
  const half = (degrees: number) => Math.sin((degrees * rad) / 2) ** 2
  const s = half(b[1]! - a[1]!) + Math.cos(a[1]! * rad) * Math.cos(b[1]! * rad) * half(b[0]! - a[0]!)
  return 2 * EARTH_M * Math.asin(Math.sqrt(s))
}

/** A circle of so many metres around a place, as a polygon of 48 corners. */
export function around([lon, lat]: Position, metres: number): Geometry {
  const high = (metres / EARTH_M) * (180 / Math.PI)
  const wide = high / Math.cos((lat! * Math.PI) / 180)
  const corners = Array.from({ length: 49 }, (_, n): Position => [lon! + wide * Math.cos((n * Math.PI) / 24), lat! + high * Math.sin((n * Math.PI) / 24)])
  return { type: 'Polygon', coordinates: [corners] }
}
