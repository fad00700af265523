import { computed, ref } from 'vue'
import { say } from './i18n'
import { Problem } from './problem'
import { line, sentence } from './problems'

interface Door {
  signIn(login: string, password: string): Promise<void>
  activate(login: string, code: string, password: string): Promise<void>
}
type Missing = 'sign_in.login_missing' | 'sign_in.code_missing' | 'sign_in.password_missing'

/** The sign-in of both clients: what is typed, what is missing, what was refused. The first time a code comes before the password. */
export function useSignIn(door: Door, entered: () => void) {
  const isFirstTime = ref(false)
  const login = ref('')
  const code = ref('')
  const password = ref('')
  const isShown = ref(false)
  const isBusy = ref(false)
  const missing = ref<Missing>()
  const problem = ref<Problem>()

  const error = computed(() => {
    if (missing.value) return say(missing.value)
    return problem.value && line(sentence(problem.value))
  })

  async function enter(): Promise<void> {
    problem.value = undefined
    missing.value = firstMissing()
    if (missing.value || isBusy.value) return
    isBusy.value = true
    try {
      if (isFirstTime.value) await activateOnce()
      await door.signIn(login.value.trim(), password.value)
      entered()
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      problem.value = cause
    } finally {
      isBusy.value = false
    }
  }

  function firstMissing(): Missing | undefined {
    if (!login.value.trim()) return 'sign_in.login_missing'
    if (isFirstTime.value && !code.value.trim()) return 'sign_in.code_missing'
    return password.value ? undefined : 'sign_in.password_missing'
  }

  /** A code is good once: should the sign-in after it get no answer, the next try needs none. */
  async function activateOnce(): Promise<void> {
    await door.activate(login.value.trim(), code.value.trim(), password.value)
    isFirstTime.value = false
  }

  return { isFirstTime, login, code, password, isShown, isBusy, error, enter }
}
