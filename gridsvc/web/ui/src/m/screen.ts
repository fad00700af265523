/** The screen stays on while something needs it (a patrol: a phone gets no position with its screen off). */
import { onScopeDispose, ref, type Ref } from 'vue'

/** Keep the screen on while the caller's component lives. False where the phone does not let us. */
export function useScreenOn(): Ref<boolean> {
  const isOn = ref(false)
  let lock: WakeLockSentinel | undefined

  async function hold(): Promise<void> {
    if (isOn.value || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    lock = await navigator.wakeLock.request('screen').catch(() => undefined) // refused when the battery is low
    isOn.value = lock !== undefined
    lock?.addEventListener('release', () => { isOn.value = false })
  }

  const onVisible = () => void hold() // the system lets go whenever the page is hidden
  document.addEventListener('visibilitychange', onVisible)
  void hold()
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisible)
    void lock?.release()
  })
  return isOn
}
