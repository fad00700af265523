/** What the evidence rules said of one's own records: asked for when the page opens, kept for the time without signal. */
import { ref, type Ref } from 'vue'
import { answered, type Schemas } from '@/shared/api'
import { Problem } from '@/shared/problem'
import { db, recall, remember } from './outbox/database'
import { api } from './session'

export type Cases = Schemas['OwnCases']
export type Case = Cases['items'][number]
export type Flag = Case['flags'][number]
const KEPT = 'my_flags'

export interface MyFlags { kept: Ref<Cases | null | undefined>; titles: Ref<Map<string, string>>; problem: Ref<Problem | undefined>; isReading: Ref<boolean>; read(): Promise<void>; appeal(flag: Flag, words: string): Promise<void> }

export function useMyFlags(personId: string): MyFlags {
  const kept = ref<Cases | null>()
  const titles = ref(new Map<string, string>())
  const problem = ref<Problem>()
  const isReading = ref(false)

  async function show(): Promise<void> {
    const last = await recall<{ person_id: string; cases: Cases }>(KEPT)
    kept.value = last?.person_id === personId ? last.cases : null
    titles.value = await titlesOf(kept.value?.items ?? [])
  }

  async function read(): Promise<void> {
    isReading.value = true
    problem.value = undefined
    try {
      await remember(KEPT, { person_id: personId, cases: await answered(api.GET('/api/v1/my-flags')) })
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      problem.value = cause
    } finally {
      isReading.value = false
    }
    await show()
  }

  async function appeal(flag: Flag, words: string): Promise<void> {
    await answered(api.POST('/api/v1/flags/{flag_id}:appeal', { params: { path: { flag_id: flag.id } }, body: { words } }))
    await read()
  }

  void show().then(read)
  return { kept, titles, problem, isReading, read, appeal }
}

/** What each record was about, as far as this phone knows. */
async function titlesOf(cases: readonly Case[]): Promise<Map<string, string>> {
  const named = await Promise.all(cases.map(async ({ record_id, grid }) => [record_id, (await nameOf(record_id)) ?? grid.name] as const))
  return new Map(named)
}

async function nameOf(recordId: string): Promise<string | undefined> {
  const record = await db.records.get(recordId)
  if (record) return record.title
  const past = await db.inspections.get(recordId)
  return past && (await db.enterprises.get(past.enterprise_id))?.name
}
