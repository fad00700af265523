/** The widest grid that whoever sits here answers for: what the desk shows unless asked otherwise. */
import { computed } from 'vue'
import { me } from './session'

export const myGrid = computed(() => {
  const grids = (me.value?.duties ?? []).map((duty) => duty.subject).filter(({ kind }) => kind === 'grid')
  return [...grids].sort((a, b) => (a.level ?? 9) - (b.level ?? 9))[0]
})
