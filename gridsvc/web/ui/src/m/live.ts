import { liveQuery } from 'dexie'
import { shallowRef, watch, type ShallowRef } from 'vue'

/**
 * A query on the phone's database that follows its changes, also those of other tabs and the worker. `undefined`
 * until read. Where it depends on Vue's values, `on` names them: it is asked anew when they change.
 */
export function useLive<T>(query: () => Promise<T>, on: () => unknown = () => undefined): Readonly<ShallowRef<T | undefined>> {
  const value = shallowRef<T>()
  watch(on, (_, __, onCleanup) => {
    const subscription = liveQuery(query).subscribe((now) => { value.value = now })
    onCleanup(() => subscription.unsubscribe())
  }, { immediate: true })
  return value
}
