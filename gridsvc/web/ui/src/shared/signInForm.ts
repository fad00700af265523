import { computed, ref } from 'vue'
import { say } from './i18n'
import { Problem } from './problem'
import { line, sentence } from './problems'

/** The sign-in of both clients: what is typed, what is missing, what was refused. */
export function useSignIn(signIn: (login: string, password: string) => Promise<void>, entered: () => void) {
  const login = ref('')
  const password = ref('')
  const isShown = ref(false)
  const isBusy = ref(false)
  const missing = ref<'sign_in.login_missing' | 'sign_in.password_missing'>()
  const problem = ref<Problem>()

  const error = computed(() => {
    if (missing.value) return say(missing.value)
    return problem.value && line(sentence(problem.value))
  })

  async function enter(): Promise<void> {
    problem.value = undefined
    missing.value = !login.value.trim() ? 'sign_in.login_missing' : !password.value ? 'sign_in.password_missing' : undefined
    if (missing.value || isBusy.value) return
    isBusy.value = true
    try {
      await signIn(login.value.trim(), password.value)
      entered()
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      problem.value = cause
    } finally {
      isBusy.value = false
    }
  }

  return { login, password, isShown, isBusy, error, enter }
}
