/** Who else is about in this person's grids, as the phone last heard. */
import { computed } from 'vue'
import type { Colleague } from './known'
import { useLive } from './live'
import { recall } from './outbox/database'
import { me } from './session'

export function useColleagues() {
  const known = useLive(async () => (await recall<Colleague[]>('colleagues')) ?? [])
  return computed(() => known.value?.filter(({ person }) => person.id !== me.value?.person.id))
}

/** Who may walk along in a grid: each person once, those of the grid itself first. */
export function companionsIn(colleagues: Colleague[], gridId: string): Colleague[] {
  const able = colleagues.filter(({ may_walk, grid }) => may_walk && (grid.id === gridId || grid.level < 3))
  const inOrder = [...able].sort((a, b) => b.grid.level - a.grid.level)
  return inOrder.filter(({ person }, n) => inOrder.findIndex((other) => other.person.id === person.id) === n)
}
