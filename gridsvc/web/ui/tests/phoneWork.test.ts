import 'fake-indexeddb/auto'
import { beforeEach, expect, test } from 'vitest'
import { flushPromises } from './promises'
import { dayOf } from '@/m/day'
import { endPatrol, startPatrol } from '@/m/deeds'
import { useDraft } from '@/m/drafts'
import { db, remember, SESSION } from '@/m/outbox/database'
import { enqueue, keepPhoto } from '@/m/outbox/enqueue'
import { openPatrol } from '@/m/recorder'

beforeEach(async () => {
  await Promise.all(db.tables.map((table) => table.clear()))
  await remember(SESSION, { token: 'secret', person_id: 'me', me: {} })
})

const grid = { id: 'g', name: '赵家村', level: 3, geometry: { type: 'Polygon' as const, coordinates: [] } }
const photo = { data: new ArrayBuffer(4), type: 'image/jpeg', sha256: 'a', taken_at: '2026-11-20T01:43:00Z', purpose: 'scene' as const }

test('a patrol begins as a record and stays open until its end, its track and its closing are kept together', async () => {
  await startPatrol(grid, 'me')
  const patrol = (await openPatrol())!
  await db.points.bulkAdd([0, 60].map((s) => ({ patrol_id: patrol.id, at: 1_700_000_000_000 + s * 1000, lon: 122 + s / 1e4, lat: 41.2, accuracy_m: 8 })))
  const end = await endPatrol(patrol, grid.name, 2)
  expect(await openPatrol()).toBeUndefined()
  expect(await db.points.count()).toBe(0)
  const records = await db.records.orderBy('device_seq').toArray()
  expect(records.map(({ kind }) => kind)).toEqual(['patrol', 'track', 'patrol_end'])
  expect(records[0]).toMatchObject({ id: patrol.id, body: { grid_id: 'g', made_at: patrol.started_at } })
  expect(records[1]!.body).toMatchObject({ patrol_id: patrol.id, seq: 0, crs: 'wgs84' })
  expect(records[2]).toMatchObject({ id: end, body: { patrol_id: patrol.id, facts: { points: 2, gaps: 0, visits: 2 } } })
})

test('the patrol of somebody else on this phone is not mine to go on with', async () => {
  await startPatrol(grid, 'me')
  await remember(SESSION, { token: 'x', person_id: 'other', me: {} })
  expect(await openPatrol()).toBeUndefined()
})

test('a draft is kept at every change and found again, with its photos, until it becomes a record', async () => {
  const draft = useDraft('inspection', 'e', () => ({ answers: {} as Record<string, string> }))
  await flushPromises(() => draft.id.value !== undefined)
  draft.content.answers.smell = 'ok'
  await flushPromises(() => draft.savedAt.value !== undefined)
  await keepPhoto(draft.id.value!, photo)
  const found = useDraft('inspection', 'e', () => ({ answers: {} as Record<string, string> }))
  await flushPromises(() => found.id.value !== undefined)
  expect([found.id.value, found.content.answers.smell]).toEqual([draft.id.value, 'ok'])

  await found.become(() => enqueue({ id: found.id.value, kind: 'inspection', title: 'e', body: {} }))
  found.content.answers.smell = 'problem'
  const next = useDraft('inspection', 'e', () => ({ answers: {} as Record<string, string> }))
  await flushPromises(() => next.id.value !== undefined)
  expect(next.id.value).not.toBe(draft.id.value)
  expect(await db.drafts.count()).toBe(0)
})

test('a draft that could not become a record, since the phone is full, goes on being kept', async () => {
  const draft = useDraft('inspection', 'e', () => ({ words: '' }))
  await flushPromises(() => draft.id.value !== undefined)
  await expect(draft.become(() => Promise.reject(new DOMException('full', 'QuotaExceededError')))).rejects.toThrow('full')
  draft.content.words = 'after room was made'
  await flushPromises(() => draft.savedAt.value !== undefined)
  expect(await db.drafts.toArray()).toMatchObject([{ content: { words: 'after room was made' } }])
})

test('to begin anew forgets the draft and its photos, but no record', async () => {
  const draft = useDraft('issue', 'e', () => ({ words: '' }))
  await flushPromises(() => draft.id.value !== undefined)
  await keepPhoto(draft.id.value!, photo)
  await draft.save()
  await draft.restart()
  expect([await db.photos.count(), draft.savedAt.value]).toEqual([0, undefined])
})

test('a day counts what this phone made and what the server knows, each once', async () => {
  await db.enterprises.add({ id: 'e', grid_id: 'g', name: 'e' } as never)
  const id = await enqueue({ kind: 'inspection', title: 'e', body: { enterprise_id: 'e' }, made_at: new Date('2026-11-20T01:00:00Z') })
  await enqueue({ kind: 'issue', title: 'x', body: { enterprise_id: 'e' }, made_at: new Date('2026-11-20T01:01:00Z') })
  await enqueue({ kind: 'inspection', title: 'elsewhere', body: { enterprise_id: 'other' }, made_at: new Date('2026-11-20T01:02:00Z') })
  await enqueue({ kind: 'inspection', title: 'yesterday', body: { enterprise_id: 'e' }, made_at: new Date('2026-11-19T15:59:00Z') })
  const past = { grid_id: 'g', enterprise_id: 'e', inspector_id: 'me', corrects_id: null, occurred_at: '2026-11-20T01:00:00Z' }
  await db.inspections.bulkAdd([{ ...past, id }, { ...past, id: 'another phone' }, { ...past, id: 'a colleague', inspector_id: 'you' }] as never[])
  expect(await dayOf('2026-11-20', 'g', 'me')).toMatchObject({ visits: 2, problems: 1, patrols: 0, close: undefined })
})

test('a day close that needs me does not close the day, one that waits does', async () => {
  const close = await enqueue({ kind: 'day_close', title: '', body: { grid_id: 'g' }, made_at: new Date('2026-11-20T10:00:00Z') })
  expect((await dayOf('2026-11-20', 'g', 'me')).close).toMatchObject({ id: close })
  await db.records.update(close, { state: 'needs_you' })
  expect((await dayOf('2026-11-20', 'g', 'me')).close).toBeUndefined()
})
