/** What the phone reads whole at each refresh: its grids, what is due in them, checklists, photos of its tasks. */
import type { Table } from 'dexie'
import { answered, type Api, type Schemas } from '@/shared/api'
import { localDayOf } from '@/shared/format'
import { FORMAL_YEAR } from './formalYear'
import type { DueVisit, Issue, OwnGrid, Picture } from './known'
import { readEndings } from './edits'
import { db, recall, remember } from './outbox/database'
import { PHOTO_TARGET } from './photo'
import { byClock, taskOf } from './tasks'

type Me = Schemas['Me']
const MOST_TASKS = 10

/** Throws `Problem`; what was read until then is kept. */
export async function readLists(api: Api, me: Me): Promise<void> {
  const duties = me.permissions.includes('patrol.walk') ? groundsOf(me) : []
  await readEndings(api)
  await readGrids(api, duties)
  await readRules(api)
  await readDue(api, duties)
  await readForeignIssues(api)
  await readCompany(api, me)
  await readFormal(api, me)
  await readPictures(api, me)
}

/** Who else is about, and this person's month so far: also where they walked along with somebody. */
async function readCompany(api: Api, me: Me): Promise<void> {
  if (!me.permissions.includes('field.read')) return
  const [company, month] = await Promise.all([answered(api.GET('/api/v1/colleagues')), answered(api.GET('/api/v1/my-month'))])
  await Promise.all([remember('colleagues', company.items), remember('month', month)])
}

/** This year's formal inspections, for whoever may make one. */
async function readFormal(api: Api, me: Me): Promise<void> {
  if (me.permissions.includes('inspection.formal')) await remember(FORMAL_YEAR, await answered(api.GET('/api/v1/inspections/formal')))
}

/** The grids of this person's duties in which rounds are made: villages, and towns for the villages in them. */
const groundsOf = (me: Me): { id: string; level: number }[] =>
  me.duties.flatMap(({ subject: { kind, id, level } }) => (kind === 'grid' && level !== null && level > 1 ? [{ id, level }] : []))

async function readGrids(api: Api, duties: { id: string; level: number }[]): Promise<void> {
  const found: OwnGrid[] = []
  for (const { id, level } of duties) {
    const below = level === 2 ? await outlines(api, { parent: id }) : []
    found.push(...(below.length ? below : await outlines(api, { grid: id })))
  }
  await replace(db.grids, found)
}

async function outlines(api: Api, query: { grid: string } | { parent: string }): Promise<OwnGrid[]> {
  const { features } = await answered(api.GET('/api/v1/grids/outline', { params: { query } }))
  return features.map(({ id, properties: { name, level, initials }, geometry }) => ({ id, name, level, initials, geometry: geometry as unknown as OwnGrid['geometry'] }))
}

async function readRules(api: Api): Promise<void> {
  const [checklists, ruleSets] = await Promise.all([answered(api.GET('/api/v1/checklists')), answered(api.GET('/api/v1/rule-sets'))])
  await replace(db.checklists, checklists.items as never[])
  const numbers = ruleSets.items.find((set) => set.in_force)?.document
  await remember('site_radius_m', numbers?.site_radius_m)
  await remember(PHOTO_TARGET, numbers?.photo_target_kb)
}

async function readDue(api: Api, duties: { id: string }[]): Promise<void> {
  const read = await Promise.all(duties.map(({ id }) => answered(api.GET('/api/v1/due-visits', { params: { query: { grid: id } } }))))
  const grids = new Map((await db.enterprises.toArray()).map(({ id, grid_id }) => [id, grid_id]))
  const rows = read.flatMap(({ date, grid, items }) => items.map((item): DueVisit => ({
    id: item.enterprise.id, grid_id: grids.get(item.enterprise.id) ?? grid.id, day: date, owed_days: item.owed_days,
    visited_today: item.visited_today, last_visit_at: item.last_visit_at, last_result: item.last_result, checklist_id: item.checklist_id, attention: item.attention,
  })))
  const latest = read[0]
  await db.transaction('rw', db.dueVisits, db.meta, async () => {
    await db.dueVisits.clear()
    await db.dueVisits.bulkPut(rows)
    if (latest) await remember('due', { day: latest.date, is_patrol_day: latest.is_patrol_day, as_of: latest.as_of })
  })
}

/** What is mine to put right elsewhere: the pull brings the issues of my own grids alone. */
async function readForeignIssues(api: Api): Promise<void> {
  const { items } = await answered(api.GET('/api/v1/issues', { params: { query: { owner: 'me', preset: 'open' } } }))
  const before = (await recall<string[]>('foreign_issues')) ?? []
  const pulled = new Set((await db.issues.toCollection().primaryKeys()).filter((id) => !before.includes(id)))
  const foreign = items.filter(({ id }) => !pulled.has(id)).map(({ grid, ...issue }): Issue => ({ ...issue, grid_id: grid.id } as unknown as Issue))
  await db.transaction('rw', db.issues, db.meta, async () => {
    await db.issues.bulkDelete(before)
    await db.issues.bulkPut(foreign)
    await remember('foreign_issues', foreign.map(({ id }) => id))
  })
}

/** The photos of what waits for this person, small: to be seen without signal too. */
async function readPictures(api: Api, me: Me): Promise<void> {
  const mine = byClock((await db.issues.toArray()).filter((issue) => taskOf(issue, me, new Set(), localDayOf(Date.now())))).slice(0, MOST_TASKS)
  const had = await db.pictures.toArray()
  const wanted = new Set(mine.map(({ id }) => id))
  await db.pictures.bulkDelete(had.filter(({ record_id }) => !wanted.has(record_id)).map(({ sha256 }) => sha256))
  const known = new Set(had.map(({ sha256 }) => sha256))
  for (const { id } of mine) await readPicturesOf(api, id, known)
}

async function readPicturesOf(api: Api, issueId: string, known: Set<string>): Promise<void> {
  const whole = await answered(api.GET('/api/v1/issues/{issue_id}', { params: { path: { issue_id: issueId } } }))
  const photos = [...whole.photos, ...whole.actions.flatMap((action) => action.photos)]
  for (const photo of photos.filter(({ arrived, sha256 }) => arrived && !known.has(sha256))) {
    const bytes = (await answered(api.GET('/api/v1/media/{sha256}/thumb', { params: { path: { sha256: photo.sha256 } }, parseAs: 'arrayBuffer' }))) as unknown as ArrayBuffer
    const { sha256, purpose, taken_at, position } = photo as unknown as Omit<Picture, 'record_id' | 'bytes'>
    await db.pictures.put({ sha256, record_id: issueId, purpose, taken_at, position, bytes })
  }
}

/** All rows of a table for others, at once. */
async function replace<Row>(table: Table<Row, string>, rows: Row[]): Promise<void> {
  await db.transaction('rw', table, async () => {
    await table.clear()
    await table.bulkPut(rows)
  })
}
