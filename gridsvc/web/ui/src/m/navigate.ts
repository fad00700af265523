/** Links that have a map app lead the way. Each app gets the place in its own datum. No database, no clock. */
import type { Position } from 'geojson'

const AXIS_M = 6378245 // Krasovsky 1940
const ECCENTRICITY_SQUARED = 0.006693421622965943
const BD09_TURNS = (Math.PI * 3000) / 180
const DIGITS = 6 // about a decimetre

const waves = (degrees: number, ...all: [amplitude: number, halfTurns: number][]): number =>
  all.reduce((sum, [amplitude, halfTurns]) => sum + amplitude * Math.sin(halfTurns * Math.PI * degrees), 0) * (2 / 3)

/** GCJ-02, as AMap and Tencent have it; the same figures as geo/crs.py. For places in China: there we are. */
export function gcj02([lon, lat]: Position): Position {
  const [x, y] = [lon! - 105, lat! - 35]
  const root = Math.sqrt(Math.abs(x))
  const ripple = waves(x, [20, 6], [20, 2])
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple + waves(x, [20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30])
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple + waves(y, [20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30])
  const phi = (lat! * Math.PI) / 180
  const bulge = 1 - ECCENTRICITY_SQUARED * Math.sin(phi) ** 2
  const alongParallel = (AXIS_M / Math.sqrt(bulge)) * Math.cos(phi)
  const alongMeridian = (AXIS_M * (1 - ECCENTRICITY_SQUARED)) / bulge ** 1.5
  return [lon! + ((east / alongParallel) * 180) / Math.PI, lat! + ((north / alongMeridian) * 180) / Math.PI]
}

/** BD-09, as Baidu has it. */
export function bd09(at: Position): Position {
  const [lon, lat] = gcj02(at) as [number, number]
  const radius = Math.hypot(lon, lat) + 0.00002 * Math.sin(lat * BD09_TURNS)
  const angle = Math.atan2(lat, lon) + 0.000003 * Math.cos(lon * BD09_TURNS)
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006]
}

export type MapApp = 'amap' | 'baidu' | 'tencent'

/** Where each map app is asked to lead to `to`, a place in WGS-84; Baidu wants to know from where, too. */
export function ways(to: Position, name: string, from?: Position): { app: MapApp; href: string }[] {
  const there = encodeURIComponent(name)
  const [gcj, bd] = [gcj02(to), bd09(to)]
  const baidu = from
    ? `direction?origin=${latLon(bd09(from))}&destination=latlng:${latLon(bd)}|name:${there}&mode=driving`
    : `marker?location=${latLon(bd)}&title=${there}&content=${there}`
  return [
    { app: 'amap', href: `https://uri.amap.com/navigation?to=${lonLat(gcj)},${there}&mode=car&coordinate=gaode&callnative=1&src=gridsvc` },
    { app: 'baidu', href: `https://api.map.baidu.com/${baidu}&coord_type=bd09ll&output=html&src=gridsvc` },
    { app: 'tencent', href: `https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=${there}&tocoord=${latLon(gcj)}&fromcoord=CurrentLocation&referer=gridsvc` },
  ]
}

const lonLat = ([lon, lat]: Position): string => `${lon!.toFixed(DIGITS)},${lat!.toFixed(DIGITS)}`
const latLon = ([lon, lat]: Position): string => `${lat!.toFixed(DIGITS)},${lon!.toFixed(DIGITS)}`
