/** What the server knows and this phone should: due visits, enterprises, issues, checklists of its grids. */
import { answered, type Api } from '@/shared/api'
import { isRecord, Problem } from '@/shared/problem'
import { db, pulledTables, recall, remember, type Pulled } from './outbox/database'

const GONE = 410
const MOST_PAGES = 500

type Page = { next: string; not_yours?: string[]; [table: string]: unknown }

/** Fetch what changed since last time. Throws `Problem`; what was fetched until then is kept. */
export async function pull(api: Api): Promise<void> {
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const cursor = (await recall<string>('cursor')) ?? ''
    const page = await nextPage(api, cursor)
    if (page) await store(page)
    if (!page || page.next === cursor) break
  }
  await remember('pulled_at', new Date().toISOString())
}

/** The next page; nothing when nothing changed. After a restore on the server it begins anew. */
async function nextPage(api: Api, cursor: string): Promise<Page | undefined> {
  try {
    return (await answered(api.GET('/api/v1/sync/pull', { params: { query: { cursor } } }))) as unknown as Page
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 304) return undefined
    if (!(problem instanceof Problem && problem.status === GONE && cursor)) throw problem
    await Promise.all([...Object.values(pulledTables).map((table) => table.clear()), db.meta.delete('cursor')])
    return nextPage(api, '')
  }
}

/** Rows and cursor in one transaction: a kill between them would lose rows for good. */
async function store(page: Page): Promise<void> {
  await db.transaction('rw', [...Object.values(pulledTables), db.meta], async () => {
    for (const [name, table] of Object.entries(pulledTables)) {
      const rows = rowsOf(page[name])
      await table.bulkPut(rows.filter((row) => !row.tombstone))
      await table.bulkDelete(rows.filter((row) => row.tombstone).map((row) => row.id))
      if (page.not_yours?.length && 'grid_id' in table.schema.idxByName) await table.where('grid_id').anyOf(page.not_yours).delete()
    }
    await remember('cursor', page.next)
  })
}

const rowsOf = (value: unknown): Pulled[] =>
  Array.isArray(value) ? value.filter((row): row is Pulled => isRecord(row) && typeof row.id === 'string') : []
