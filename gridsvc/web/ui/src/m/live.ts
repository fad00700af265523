import { liveQuery } from 'dexie'
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/** A query on the phone's database that follows its changes, also those of other tabs and the worker. `undefined` until read. */
export function useLive<T>(query: () => Promise<T>): Readonly<ShallowRef<T | undefined>> {
  const value = shallowRef<T>()
  const subscription = liveQuery(query).subscribe((now) => { value.value = now })
  onScopeDispose(() => subscription.unsubscribe())
  return value
}
