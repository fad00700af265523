/** Where the phone is. Asked for only while a page shows it or a patrol is on; kept only by what a person makes. */
import type { Position } from 'geojson'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { PointGeometry } from './outbox/contract'

export interface Fix { lon: number; lat: number; accuracy_m: number; at: number }

const FRESH_MS = 20_000
const PATIENCE_MS = 10_000
const OPTIONS: PositionOptions = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 5_000 }

export const fix = shallowRef<Fix>()
/** The phone does not let us know where it is. */
export const isRefused = ref(false)
export const here = computed((): Position | undefined => fix.value && [fix.value.lon, fix.value.lat])

let users = 0
let watching: number | undefined

const read = ({ coords, timestamp }: GeolocationPosition): Fix =>
  ({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at: timestamp })

function take(position: GeolocationPosition): Fix {
  isRefused.value = false
  return (fix.value = read(position))
}

function note(error: GeolocationPositionError): void {
  if (error.code === error.PERMISSION_DENIED) isRefused.value = true
}

/** Follow the position until the returned function is called. */
export function follow(): () => void {
  if (users++ === 0) watching = navigator.geolocation?.watchPosition(take, note, OPTIONS)
  return () => {
    if (--users === 0 && watching !== undefined) navigator.geolocation.clearWatch(watching)
  }
}

/** Follow the position while the caller's component lives. */
export function useFix(): void {
  onScopeDispose(follow())
}

/** Where the phone is now: a fix of the last seconds, or a new one; nothing if none comes in time. */
export async function currentFix(): Promise<Fix | undefined> {
  if (fix.value && Date.now() - fix.value.at < FRESH_MS) return fix.value
  if (!navigator.geolocation) return undefined
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition((position) => done(take(position)), (error) => { note(error); done(undefined) }, OPTIONS)
  })
}

/** A fix as records carry it. */
export const declared = ({ lon, lat, accuracy_m }: Fix): { position: PointGeometry; crs: 'wgs84'; accuracy_m: number } =>
  ({ position: { type: 'Point', coordinates: [lon, lat] }, crs: 'wgs84', accuracy_m: Math.round(accuracy_m * 10) / 10 })
