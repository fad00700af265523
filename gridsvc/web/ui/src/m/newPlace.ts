/** A place found in the field as it is filled in, what it may be already, and the record that comes of it. No database, no clock. */
import type { Stop } from './due'
import type { Enterprise } from './known'
import type { declared } from './position'

export interface PlaceDraft { name: string; kind?: string; scattered?: 'yes' | 'no'; address: string; uscc: string; note: string }

export const emptyPlace = (): PlaceDraft => ({ name: '', address: '', uscc: '', note: '' })

export type Missing = 'new_place.need_name' | 'new_place.need_kind'

export function missing({ name, kind }: PlaceDraft): Missing | undefined {
  if (!name.trim()) return 'new_place.need_name'
  return kind ? undefined : 'new_place.need_kind'
}

const NEAR_M = 150
const MOST = 4

export type Reason = 'uscc' | 'name' | 'near'

/** Known places that this one may be: of the same credit code, of a name that holds the other, or near; the surest first. */
export function alike(stops: Stop[], { name, uscc }: PlaceDraft): { stop: Stop; why: Reason[] }[] {
  const [given, code] = [name.trim(), uscc.trim().toUpperCase()]
  const reasons = ({ enterprise, distance_m }: Stop): Reason[] => [
    ...(code && enterprise.uscc === code ? ['uscc' as const] : []),
    ...(given.length > 1 && (enterprise.name.includes(given) || given.includes(enterprise.name)) ? ['name' as const] : []),
    ...(distance_m !== undefined && distance_m <= NEAR_M ? ['near' as const] : []),
  ]
  const weight = (why: Reason[]): number => (why.includes('uscc') ? 4 : 0) + (why.includes('name') ? 2 : 0) + Number(why.includes('near'))
  return stops.map((stop) => ({ stop, why: reasons(stop) })).filter(({ why }) => why.length)
    .sort((a, b) => weight(b.why) - weight(a.why) || (a.stop.distance_m ?? 0) - (b.stop.distance_m ?? 0)).slice(0, MOST)
}

type Where = ReturnType<typeof declared>

export function proposal(draft: PlaceDraft, where: Where) {
  const { name, kind, scattered, address, uscc, note } = draft
  return {
    name: name.trim(), kind: kind!, address: address.trim(), note: note.trim(), is_scattered_polluter: scattered === 'yes',
    ...(uscc.trim() ? { uscc: uscc.trim().toUpperCase() } : {}), ...where,
  }
}

/** What the phone itself knows of it until the server's row comes: enough to visit it and to find it again. */
export const asKnown = (id: string, draft: PlaceDraft, { position }: Where, gridId: string): Enterprise => ({
  id, grid_id: gridId, code: '', name: draft.name.trim(), kind: draft.kind!, supervision_class: 'general', address: draft.address.trim(), location: position,
  uscc: null, permit_no: null, contact_name: null, contact_phone: null, is_scattered_polluter: draft.scattered === 'yes', state: 'proposed', version: 1,
})
