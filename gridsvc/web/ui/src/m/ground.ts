/** The grid in which this person is at work now, and the stops in it. */
import { computed } from 'vue'
import { localDayOf } from '@/shared/format'
import { dayOf, madeSince, type Day } from './day'
import { stopsDue, withDistance, type Stop } from './due'
import type { DueFacts } from './known'
import { useLive } from './live'
import { useNow } from './nowRef'
import { db, recall, remember } from './outbox/database'
import { here } from './position'
import { me } from './session'

const MINUTE_MS = 60_000

/** The grids that this person can patrol, and the one chosen. */
export function useGround() {
  const grids = useLive(() => db.grids.orderBy('id').toArray())
  const chosen = useLive(async () => (await recall<string>('grid_id')) ?? '')
  const grid = computed(() => grids.value?.find(({ id }) => id === chosen.value) ?? grids.value?.[0])
  return { grids, grid, choose: (id: string) => remember('grid_id', id) }
}

/** Today in that grid: what is due, what was done. Everything is `undefined` until read. */
export function useToday() {
  const { grids, grid, choose } = useGround()
  const now = useNow(MINUTE_MS)
  const today = computed(() => localDayOf(now.value))
  const facts = useLive(() => recall<DueFacts>('due'))
  const day = useLive(async (): Promise<Day | undefined> => (grid.value && me.value ? dayOf(today.value, grid.value.id, me.value.person.id) : undefined), () => [grid.value?.id, today.value])
  const known = useLive(() => read(grid.value?.id), () => grid.value?.id)
  const due = computed((): Stop[] | undefined => known.value && withDistance(stopsDue(known.value.due, known.value.enterprises, day.value?.visited ?? new Set(), today.value), here.value))
  return { grids, grid, choose, today, facts, day, due }
}

async function read(gridId: string | undefined) {
  if (!gridId) return { due: [], enterprises: new Map() }
  const [due, enterprises] = await Promise.all([db.dueVisits.where('grid_id').equals(gridId).toArray(), db.enterprises.where('grid_id').equals(gridId).toArray()])
  return { due, enterprises: new Map(enterprises.map((enterprise) => [enterprise.id, enterprise])) }
}

/** Every enterprise that is still watched, in one grid or in all, with what is due of it. */
export function useStops(gridId: () => string | undefined) {
  const now = useNow(MINUTE_MS)
  const today = computed(() => localDayOf(now.value))
  const rows = useLive(async () => {
    const wanted = gridId()
    const all = await (wanted ? db.enterprises.where('grid_id').equals(wanted) : db.enterprises).toArray()
    const visits = (await madeSince(today.value)).filter(({ kind, body }) => kind === 'inspection' && body.kind !== 'formal')
    return { enterprises: all.filter(({ state }) => state === 'active' || state === 'proposed'), due: await db.dueVisits.toArray(), visits }
  }, () => [gridId(), today.value])
  return computed((): Stop[] | undefined => {
    if (!rows.value) return undefined
    const { enterprises, due, visits } = rows.value
    const visited = new Set(visits.map(({ body }) => body.enterprise_id as string))
    const byId = new Map(stopsDue(due, new Map(enterprises.map((one) => [one.id, one])), visited, today.value).map((stop) => [stop.enterprise.id, stop]))
    const stop = (enterprise: Stop['enterprise']): Stop => byId.get(enterprise.id) ?? { enterprise, is_visited: visited.has(enterprise.id), last_visit_at: null, last_result: null }
    return withDistance(enterprises.map(stop), here.value)
  })
}
