/** Who sits at this desk: a cookie the page cannot read, and a CSRF token for everything that changes something. */
import { computed, shallowRef } from 'vue'
import { answered, connect, type Schemas } from '@/shared/api'
import { Problem } from '@/shared/problem'
import type { Proof } from '@/shared/signInForm'

type Me = Schemas['Me']

const csrf = shallowRef<string>()
export const me = shallowRef<Me>()
export const isSignedIn = computed(() => me.value !== undefined)

const CHANGES_NOTHING = new Set(['GET', 'HEAD'])

export const api = connect({
  headers: (method): Record<string, string> => (csrf.value && !CHANGES_NOTHING.has(method) ? { 'X-CSRFToken': csrf.value } : {}),
  refused: forget,
})

/** That somebody signed in here: a cookie cannot be seen, and without one there is nothing to ask. */
const KEPT = 'signed-in'

/** Whether the cookie of last time is still good. Throws `Problem` when there is no answer. */
export async function resume(): Promise<void> {
  if (!localStorage.getItem(KEPT)) return
  try {
    begin(await answered(api.GET('/api/v1/me')))
  } catch (problem) {
    if (!(problem instanceof Problem && problem.status === 401)) throw problem
  }
}

export async function signIn(proof: Proof): Promise<void> {
  const device = { kind: 'browser' as const, name: navigator.userAgent.slice(0, 200), app_build: __BUILD__ }
  const answer = await answered(api.POST('/api/v1/sessions', { body: { ...proof, device } }))
  begin({ ...answer.me, csrf_token: answer.csrf_token })
}

/** Choose the first password, with the code that the grid office handed out. */
export async function activate(login: string, code: string, password: string): Promise<void> {
  await answered(api.POST('/api/v1/activations', { body: { login, code, password } }))
}

export async function changePassword(old: string, fresh: string): Promise<void> {
  await answered(api.PUT('/api/v1/me/password', { body: { old, new: fresh } }))
  await refreshMe()
}

/** Duties change, and what has to be set up first was set up. */
export async function refreshMe(): Promise<void> {
  begin(await answered(api.GET('/api/v1/me')))
}

/** Go to the other provider. Whoever comes back has a cookie, so there will be something to ask. */
export function goTo(start: string, jurisdictionId?: number): void {
  localStorage.setItem(KEPT, 'yes')
  location.assign(jurisdictionId === undefined ? start : `${start}?jurisdiction_id=${jurisdictionId}`)
}

export async function signOut(): Promise<void> {
  await answered(api.DELETE('/api/v1/sessions/current'))
  forget()
}

/** Whether the person's duties allow a deed now. Pages show only deeds that are allowed. */
export const may = (deed: string): boolean => me.value?.permissions.includes(deed) ?? false

function begin(who: Me): void {
  me.value = who
  csrf.value = who.csrf_token
  localStorage.setItem(KEPT, 'yes')
}

function forget(): void {
  me.value = undefined
  csrf.value = undefined
  localStorage.removeItem(KEPT)
}
