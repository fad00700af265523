/** How many formal inspections an enterprise has had this year, and how many it may have: as the server told, and what this phone made since. */
import { localDayOf } from '@/shared/format'
import { useLive } from './live'
import { db, recall, type OutboxRecord } from './outbox/database'

/** The key under which the phone keeps what the server told. */
export const FORMAL_YEAR = 'formal_year'

export interface Made { id: string; enterprise_id: string; occurred_at: string; exempt_reason: string | null }
export interface Told { year: number; cap: number | null; items: Made[] }
export interface FormalYear { year: number; cap: number | null; counted: number; exempt: number }

const yearOf = (moment: string | number): number => Number(localDayOf(moment).slice(0, 4))

/** Formal inspections by this phone; what somebody set aside since is none. */
export const isFormal = ({ kind, body, state }: Pick<OutboxRecord, 'kind' | 'body' | 'state'>): boolean =>
  kind === 'inspection' && body.kind === 'formal' && state !== 'noted'

const reasonOf = ({ body }: Pick<OutboxRecord, 'body'>): string | null => (body.formal as { exempt_reason?: string }).exempt_reason ?? null

/** Counted by the local year in which each was made. A correction makes none; its word on the exemption stands. */
export function tallied(told: Told | undefined, own: Pick<OutboxRecord, 'id' | 'kind' | 'body' | 'state' | 'made_at'>[], enterpriseId: string, now: number): FormalYear {
  const made = new Map((told?.items ?? []).filter((one) => one.enterprise_id === enterpriseId).map((one) => [one.id, one]))
  const mine = own.filter((record) => isFormal(record) && record.body.enterprise_id === enterpriseId)
  for (const record of mine.filter(({ body }) => !body.corrects_id)) {
    if (!made.has(record.id)) made.set(record.id, { id: record.id, enterprise_id: enterpriseId, occurred_at: record.made_at, exempt_reason: reasonOf(record) })
  }
  for (const record of mine.filter(({ body }) => body.corrects_id)) {
    const first = made.get(record.body.corrects_id as string)
    if (first) made.set(first.id, { ...first, exempt_reason: reasonOf(record) })
  }
  const year = yearOf(now)
  const ofYear = [...made.values()].filter(({ occurred_at }) => yearOf(occurred_at) === year)
  const exempt = ofYear.filter(({ exempt_reason }) => exempt_reason !== null).length
  return { year, cap: told?.cap ?? null, counted: ofYear.length - exempt, exempt }
}

/** Whether one more that counts would be beyond the cap. */
export const isFull = ({ cap, counted }: FormalYear): boolean => cap !== null && counted >= cap

export const useFormalYear = (enterpriseId: string) => useLive(async () =>
  tallied(await recall<Told>(FORMAL_YEAR), await db.records.filter(isFormal).toArray(), enterpriseId, Date.now()))
