/** What changed on the server in this person's grids: enterprises, issues, and the latest visits and day closes. */
import type { Table } from 'dexie'
import { answered, type Api } from '@/shared/api'
import { isRecord, Problem } from '@/shared/problem'
import { sendAllAgain } from './outbox/afterwards'
import { db, pulledTables, recall, remember } from './outbox/database'
import { deviceHealth } from './outbox/health'
import { worldly } from './outbox/sender'

const GONE = 410
const MOST_PAGES = 500

type KindOfRow = keyof typeof pulledTables
interface Row { id: string; grid_id?: string; tombstone?: string }
interface Page { changed: Partial<Record<KindOfRow, unknown>>; not_yours: string[]; next: string; more: boolean }

/** Fetch what changed since last time. Throws `Problem`; what was fetched until then is kept. */
export async function pull(api: Api): Promise<void> {
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await nextPage(api, (await recall<string>('cursor')) ?? '')
    if (page) await store(page)
    if (!page?.more) break
  }
  await remember('pulled_at', new Date().toISOString())
}

/** The next page; nothing when nothing changed. After a restore on the server it begins anew, and all that is here is sent again. */
async function nextPage(api: Api, cursor: string): Promise<Page | undefined> {
  try {
    const device = await deviceHealth(worldly())
    return (await answered(api.POST('/api/v1/sync/pull', { body: { cursor, device } }))) as unknown as Page | undefined
  } catch (problem) {
    if (!(problem instanceof Problem && problem.status === GONE && cursor)) throw problem
    await Promise.all([...Object.values(pulledTables).map((table) => table.clear()), db.meta.delete('cursor')])
    await sendAllAgain()
    return nextPage(api, '')
  }
}

/** Rows and cursor in one transaction: a kill between them would lose rows for good. */
async function store({ changed, not_yours, next }: Page): Promise<void> {
  await db.transaction('rw', [...Object.values(pulledTables), db.meta], async () => {
    for (const [kind, table] of Object.entries(pulledTables) as [KindOfRow, Table<unknown, string>][]) {
      const rows = rowsOf(changed[kind])
      await table.bulkPut(rows.filter((row) => !row.tombstone))
      await forget(table, rows.filter((row) => row.tombstone))
      if (not_yours.length) await table.where('grid_id').anyOf(not_yours).delete()
    }
    await remember('cursor', next)
  })
}

/** What left a grid; a row that came back by way of another of this phone's grids stays. */
async function forget(table: Table<unknown, string>, gone: Row[]): Promise<void> {
  const kept = await table.bulkGet(gone.map(({ id }) => id))
  await table.bulkDelete(gone.filter(({ grid_id }, n) => (kept[n] as Row | undefined)?.grid_id === grid_id).map(({ id }) => id))
}

const rowsOf = (value: unknown): Row[] =>
  Array.isArray(value) ? value.filter((row): row is Row => isRecord(row) && typeof row.id === 'string') : []
