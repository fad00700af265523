/** The registry: what waits in it, and what a person may change of an entry. */
import type { Schemas } from '@/shared/api'

export type Enterprise = Schemas['ListedEnterprise']
export type Entry = Schemas['Enterprise']

/** The lists that people work from; what waits for a decision comes first. */
export const WISHES = ['proposed', 'alike', 'without', 'ended', 'all'] as const
export type Wish = (typeof WISHES)[number]

const QUERIES: Record<Wish, { state?: 'proposed' | 'active'; without_responsible?: boolean; permit_ended?: boolean }> = {
  proposed: { state: 'proposed' },
  alike: {},
  without: { state: 'active', without_responsible: true },
  ended: { state: 'active', permit_ended: true },
  all: {},
}
export const queryOf = (wish: Wish) => QUERIES[wish]

export const KINDS = ['industrial', 'construction_site', 'restaurant', 'livestock_farm', 'river_reach', 'scattered_polluter', 'other'] as const
export const CLASSES = ['key', 'general', 'special'] as const
export const PERMITS = ['key', 'simplified', 'registered'] as const
export const DISPOSITIONS = ['shut_down', 'moved', 'upgraded'] as const
export const CRS = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const
export type Crs = (typeof CRS)[number]

/** What a form holds: every field a text, as it was typed. */
export interface Told {
  name: string
  uscc: string
  kind: string
  supervision_class: string
  industry_code: string
  permit_no: string
  permit_class: string
  permit_until: string
  address: string
  contact_name: string
  contact_phone: string
  is_scattered_polluter: boolean
  disposition: string
}

const OR_NONE = ['uscc', 'industry_code', 'permit_no', 'permit_class', 'permit_until', 'contact_name', 'contact_phone', 'disposition'] as const

export const toldOf = (entry: Partial<Entry>): Told => ({
  name: entry.name ?? '', kind: entry.kind ?? '', supervision_class: entry.supervision_class ?? '', address: entry.address ?? '',
  is_scattered_polluter: entry.is_scattered_polluter ?? false,
  uscc: entry.uscc ?? '', industry_code: entry.industry_code ?? '', permit_no: entry.permit_no ?? '', permit_class: entry.permit_class ?? '', permit_until: entry.permit_until ?? '',
  contact_name: entry.contact_name ?? '', contact_phone: entry.contact_phone ?? '', disposition: entry.disposition ?? '',
})

/** What of a form differs from what stands, as the server takes it: an emptied field is null. */
export function changesOf(told: Told, entry: Partial<Entry>): Record<string, string | boolean | null> {
  const stood = toldOf(entry)
  const names = (Object.keys(told) as (keyof Told)[]).filter((name) => told[name] !== stood[name])
  const optional: readonly string[] = OR_NONE
  return Object.fromEntries(names.map((name) => [name, optional.includes(name) && told[name] === '' ? null : told[name]]))
}

/** Where a place is, as it was typed; undefined while it is no pair of degrees. */
export function pointOf(lon: string, lat: string): { type: 'Point'; coordinates: [number, number] } | undefined {
  const [x, y] = [Number(lon), Number(lat)]
  const isThere = lon.trim() !== '' && lat.trim() !== '' && Math.abs(x) <= 180 && Math.abs(y) <= 90
  return isThere ? { type: 'Point', coordinates: [x, y] } : undefined
}
