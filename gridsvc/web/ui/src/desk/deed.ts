/** A deed on its way: busy until it is answered; if it is refused, the refusal stays beside its button. */
import { computed, ref, shallowRef } from 'vue'
import { Problem } from '@/shared/problem'
import { line, sentence } from '@/shared/problems'

export function useDeed() {
  const isBusy = ref(false)
  const problem = shallowRef<Problem>()
  const refused = computed(() => problem.value && line(sentence(problem.value)))

  /** Do it, and say whether it was done. A second click while it is on its way does nothing. */
  async function run(deed: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    problem.value = undefined
    try {
      await deed()
      return true
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      problem.value = cause
      return false
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, problem, refused, run }
}
