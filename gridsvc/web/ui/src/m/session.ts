/** Who works with this phone. Signed in once with signal; then good offline until the server says otherwise. */
import { liveQuery } from 'dexie'
import { computed, shallowRef } from 'vue'
import { answered, connect, type Schemas } from '@/shared/api'
import { Problem } from '@/shared/problem'
import type { Proof } from '@/shared/signInForm'
import { retryRevoked } from './outbox/afterwards'
import { db, listTables, pulledTables, recall, remember, SESSION, type DeviceSession } from './outbox/database'
import { forgetPin } from './pin'

type Kept = DeviceSession & { me: Schemas['Me'] }

const session = shallowRef<Kept>()
/** The server no longer takes our token: everything goes on here, but nothing is sent until the next sign-in. */
export const isExpired = shallowRef(false)
export const me = computed(() => session.value?.me)

export const api = connect({
  headers: (): Record<string, string> => (session.value ? { Authorization: `Bearer ${session.value.token}` } : {}),
  refused: () => { isExpired.value = true },
})

/** Read back who had signed in. To be awaited before the first page. Another tab may sign in or out, or change the token. */
export async function resume(): Promise<void> {
  session.value = await recall<Kept>(SESSION)
  liveQuery(() => recall<Kept>(SESSION)).subscribe((kept) => { session.value = kept })
}

export async function signIn(proof: Proof): Promise<void> {
  const device = { kind: 'phone' as const, name: deviceName(navigator.userAgent), app_build: __BUILD__ }
  const answer = await answered(api.POST('/api/v1/sessions', { body: { ...proof, device } }))
  await begin({ token: answer.token, person_id: answer.me.person.id, me: answer.me })
  await retryRevoked(answer.me.person.id)
  await forgetPin()
}

/** Choose the first password, with the code that the grid office handed out. */
export async function activate(login: string, code: string, password: string): Promise<void> {
  await answered(api.POST('/api/v1/activations', { body: { login, code, password } }))
}

/** Duties change while a phone is signed in; ask again with signal. */
export async function refreshMe(): Promise<void> {
  const now = await answered(api.GET('/api/v1/me'))
  if (!session.value) return
  await begin({ ...session.value, me: now })
  await rotate()
}

/**
 * Once a week another token, so that a copy of an old one tells on itself. Should the answer get lost, the token we
 * have stays good, and the next time asks again.
 */
async function rotate(): Promise<void> {
  const asking = session.value
  const after = asking?.me.device.rotate_after
  if (!asking || !after || Date.parse(after) > Date.now()) return
  const { token, rotate_after } = await answered(api.POST('/api/v1/sessions/current:rotate', { body: { app_build: __BUILD__ } }))
  if (session.value?.token !== asking.token) return // signed in anew meanwhile
  await begin({ ...asking, token, me: { ...asking.me, device: { ...asking.me.device, rotate_after } } })
}

/** Another person must not find the lists of the one before; their unsent work stays and waits for them. */
async function begin(next: Kept): Promise<void> {
  const isOther = session.value && session.value.person_id !== next.person_id
  if (isOther) await forgetLists()
  await remember(SESSION, next)
  session.value = next
  isExpired.value = false
}

/** Only once everything has arrived: the page asks before (see `notArrived`). The server is told; the phone forgets. */
export async function signOut(): Promise<void> {
  await answered(api.DELETE('/api/v1/sessions/current')).catch(unlessForgotten)
  await Promise.all([forgetLists(), forgetPin()])
  await db.meta.delete(SESSION)
  session.value = undefined
}

/** Who is no longer known there has nothing to end. */
function unlessForgotten(cause: unknown): void {
  if (!(cause instanceof Problem && cause.status === 401)) throw cause
}

async function forgetLists(): Promise<void> {
  await Promise.all([...Object.values(pulledTables), ...listTables].map((table) => table.clear()))
  await db.meta.bulkDelete(['cursor', 'pulled_at', 'due', 'grid_id', 'colleagues', 'month', 'formal_year'])
}

/** "HUAWEI ELS-AN00" out of a user agent: what the person will recognise in the list of devices. */
export const deviceName = (agent: string): string =>
  (/Android [^;)]*; ?([^;)]+?)(?: Build|[;)])/.exec(agent)?.[1] ?? /iPhone|iPad|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? 'phone').slice(0, 80)
