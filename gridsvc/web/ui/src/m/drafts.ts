/** Work begun and not finished: kept at every tap, found again after a kill. */
import { reactive, ref, shallowRef, toRaw, watch, type Ref, type ShallowRef } from 'vue'
import type { Body, Kind } from './outbox/contract'
import { db, recall, SESSION, type DeviceSession } from './outbox/database'
import { isOutOfRoom, withRoom } from './outbox/room'
import { uuid7 } from '@/shared/ids'

export interface Drafting<C> {
  /** The id of the record to be, for its photos. `undefined` until the database has been asked. */
  id: Readonly<ShallowRef<string | undefined>>
  content: C
  /** When it was last kept, ISO. */
  savedAt: Readonly<Ref<string | undefined>>
  /** Whether the database holds the last change, too. */
  isKept: Readonly<Ref<boolean>>
  /** Keep it as it is: a change of `content` does that by itself, a photo does not. */
  save(): Promise<void>
  /** Throw away what is there and begin anew. */
  restart(): Promise<void>
  /** Let it become a record, or be thrown away: nothing more of it is kept. If that fails, as on a full phone, it goes on being kept. */
  become<T>(deed: () => Promise<T>): Promise<T>
}

/** A draft of a record about a subject: the one begun before, or a new one. */
export function useDraft<C extends object>(kind: Kind, subjectId: string, empty: () => C): Drafting<C> {
  const id = shallowRef<string>()
  const content = reactive(empty()) as C
  const savedAt = ref<string>()
  const isKept = ref(true)
  let changes = 0
  let isClosed = false

  async function open(): Promise<void> {
    const found = await draftOf(kind, subjectId)
    if (found) Object.assign(content, found.content)
    savedAt.value = found?.updated_at
    id.value = found?.id ?? uuid7()
  }

  async function save(): Promise<void> {
    if (!id.value || isClosed) return
    const change = ++changes
    isKept.value = false
    const updated_at = new Date().toISOString()
    const kept = JSON.parse(JSON.stringify(toRaw(content))) as Body
    const row = { id: id.value, kind, subject_id: subjectId, person_id: await person(), updated_at, content: kept }
    if (isClosed) return // it became a record while we asked who is signed in: kept now, it would rise again
    await withRoom(() => db.drafts.put(row))
    savedAt.value = updated_at
    isKept.value = change === changes
  }

  const ready = open().then(() => watch(content, () => void save().catch(unlessFull), { deep: true }))
  async function restart(): Promise<void> {
    await ready
    if (id.value) await forget(id.value)
    Object.assign(content, empty())
    id.value = uuid7()
    savedAt.value = undefined
  }
  async function become<T>(deed: () => Promise<T>): Promise<T> {
    isClosed = true
    try {
      return await deed()
    } catch (cause) {
      isClosed = false
      throw cause
    }
  }
  return { id, content, savedAt, isKept, save, restart, become }
}

/** A full phone is told of on every page; the draft is not marked as kept. */
function unlessFull(cause: unknown): void {
  if (!isOutOfRoom(cause)) throw cause
}

async function draftOf(kind: Kind, subjectId: string) {
  const mine = await person()
  return db.drafts.where('subject_id').equals(subjectId).filter((draft) => draft.kind === kind && draft.person_id === mine).last()
}

const person = async (): Promise<string> => (await recall<DeviceSession>(SESSION))?.person_id ?? ''

/** A draft and its photos are gone for good; a record that came of it stays untouched. */
export async function forget(id: string): Promise<void> {
  await db.transaction('rw', db.drafts, db.photos, db.records, async () => {
    await db.drafts.delete(id)
    if (!(await db.records.get(id))) await db.photos.where('record_id').equals(id).delete()
  })
}
