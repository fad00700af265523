import { computed, ref, shallowRef } from 'vue'
import { say } from './i18n'
import { isRecord, Problem } from './problem'
import { line, sentence } from './problems'

/** What somebody shows of themselves. The code only if it is asked for, the place only if there are several. */
export interface Proof { login: string; password: string; otp?: string; jurisdiction_id?: number }
export interface Place { id: number; name: string }

interface Door {
  signIn(proof: Proof): Promise<void>
  activate(login: string, code: string, password: string): Promise<void>
}
type Missing = 'sign_in.login_missing' | 'sign_in.code_missing' | 'sign_in.password_missing' | 'sign_in.otp_missing'

const SECOND_FACTOR = '/problems/second-factor-needed'
const SEVERAL_PLACES = '/problems/choose-jurisdiction'

/**
 * The sign-in of both clients: what is typed, what is missing, what was refused. The first time a code comes before
 * the password. The server says whether the code of the second factor is needed, and whether there is a place to choose.
 */
export function useSignIn(door: Door, entered: () => void) {
  const isFirstTime = ref(false)
  const login = ref('')
  const code = ref('')
  const password = ref('')
  const otp = ref('')
  const isOtpNeeded = ref(false)
  const places = shallowRef<Place[]>([])
  const isShown = ref(false)
  const isBusy = ref(false)
  const missing = ref<Missing>()
  const problem = ref<Problem>()

  const error = computed(() => {
    if (missing.value) return say(missing.value)
    return problem.value && line(sentence(problem.value))
  })

  async function enter(place?: Place): Promise<void> {
    problem.value = undefined
    missing.value = firstMissing()
    if (missing.value || isBusy.value) return
    isBusy.value = true
    try {
      if (isFirstTime.value) await activateOnce()
      await door.signIn(proof(place))
      entered()
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      refuse(cause)
    } finally {
      isBusy.value = false
    }
  }

  const proof = (place?: Place): Proof => ({
    login: login.value.trim(),
    password: password.value,
    ...(isOtpNeeded.value && { otp: otp.value.replace(/\s/g, '') }),
    ...(place && { jurisdiction_id: place.id }),
  })

  /** Being asked for more is no refusal. */
  function refuse(cause: Problem): void {
    places.value = cause.type === SEVERAL_PLACES ? placesOf(cause.facts.jurisdictions) : []
    if (cause.type === SECOND_FACTOR) isOtpNeeded.value = true
    else if (!places.value.length) problem.value = cause
  }

  /** Another account has another second factor, and other places. */
  function startOver(): void {
    isOtpNeeded.value = false
    otp.value = ''
    places.value = []
  }

  function firstMissing(): Missing | undefined {
    if (!login.value.trim()) return 'sign_in.login_missing'
    if (isFirstTime.value && !code.value.trim()) return 'sign_in.code_missing'
    if (!password.value) return 'sign_in.password_missing'
    return isOtpNeeded.value && !otp.value.trim() ? 'sign_in.otp_missing' : undefined
  }

  /** A code is good once: should the sign-in after it get no answer, the next try needs none. */
  async function activateOnce(): Promise<void> {
    await door.activate(login.value.trim(), code.value.trim(), password.value)
    isFirstTime.value = false
  }

  return { isFirstTime, login, code, password, otp, isOtpNeeded, places, isShown, isBusy, error, enter, startOver }
}

/** What there is to choose from, as the server says it. */
export const placesOf = (told: unknown): Place[] =>
  Array.isArray(told) ? told.filter((one): one is Place => isRecord(one) && typeof one.id === 'number' && typeof one.name === 'string') : []
