/** The box for names: people, grids, enterprises and units in one list, each with the page it leads to. */
import type { Schemas } from '@/shared/api'
import { roleName } from '@/shared/duties'
import { linkOf } from './posts'

type Called = Schemas['Called']
export type HitKind = 'person' | 'grid' | 'enterprise' | 'unit'
export interface Hit { kind: HitKind; id: string; name: string; more: string; to: string; level: number | null }

export const postsOf = (roles: readonly { role: string; subject: { name: string } }[], most = 2): string =>
  roles.slice(0, most).map(({ role, subject }) => `${subject.name} ${roleName(role)}`).join(' · ')

export function hitsOf({ people, grids, enterprises, units }: Called): Hit[] {
  const places = [...grids, ...enterprises, ...units].map(({ kind, id, name, code, level }) => ({ kind: kind as HitKind, id, name, more: code, level, to: linkOf({ kind, id }) }))
  return [...people.map(({ id, name, roles }) => ({ kind: 'person' as const, id, name, more: postsOf(roles), level: null, to: linkOf({ kind: 'person', id }) })), ...places]
}
