import { onScopeDispose, ref, type Ref } from 'vue'

/** The time, told again every so often while the caller's component lives. */
export function useNow(everyMs: number): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => { now.value = Date.now() }, everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
