/** What a page shows of the server: read at once, again when what it depends on changes, and when asked to. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { Problem } from '@/shared/problem'
import { pageAsOf } from './asOf'

export interface Reading<T> {
  data: ShallowRef<T | undefined>
  problem: ShallowRef<Problem | undefined>
  isReading: Ref<boolean>
  again: () => Promise<void>
}

/** `on` names what the answer depends on. An answer that was overtaken by a later question is dropped. */
export function useReading<T>(read: () => Promise<T>, on: () => unknown = () => undefined): Reading<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const isReading = ref(false)
  let turn = 0

  async function again(): Promise<void> {
    const mine = ++turn
    isReading.value = true
    try {
      const answer = await read()
      if (mine !== turn) return
      data.value = answer
      problem.value = undefined
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      if (mine === turn) problem.value = cause
    } finally {
      if (mine === turn) isReading.value = false
    }
  }

  watch(on, () => void again(), { immediate: true })
  onScopeDispose(() => turn++)
  return { data, problem, isReading, again }
}

/** The main reading of a page: the moment of its numbers stands in the bar. */
export function usePage<T extends { as_of?: string }>(read: () => Promise<T>, on?: () => unknown): Reading<T> {
  const reading = useReading(read, on)
  const asOf = computed(() => reading.data.value?.as_of)
  watch(asOf, (moment) => { pageAsOf.value = moment })
  return reading
}
