/** What a correction begins with: the entry as it was, under the list by which it was answered, on whichever phone. */
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, test } from 'vitest'
import { filed, listFor } from '@/m/entries'
import { emptyFormal, formalFacts, refilled } from '@/m/formal'
import type { Checklist, FormalFacts, PastVisit } from '@/m/known'
import { db, remember, SESSION } from '@/m/outbox/database'
import { enqueue } from '@/m/outbox/enqueue'
import { ownEntryOf } from '@/m/place'

beforeEach(async () => {
  await Promise.all(db.tables.map((table) => table.clear()))
  await remember(SESSION, { token: 'secret', person_id: 'me', me: {} })
})

const answers = [{ item: 'smell', result: 'problem' as const, note: '刺鼻' }]
const facts: FormalFacts = {
  officers: [{ person_id: 'me', certificate_no: '0621' }, { person_id: 'you', certificate_no: '0622' }], approval_no: '批7号', notice_no: '通7号', basis: '年度检查计划',
  exempt_reason: 'complaint', on_site: { name: '王厂长', post: '厂长' }, refusal: { reason: '称负责人不在', witness: '村主任在场' },
}
const past: PastVisit = { id: 'p', grid_id: 'g', enterprise_id: 'e', inspector_id: 'me', kind: 'formal', corrects_id: null, checklist_id: 'old', answers, result: 'problem', occurred_at: '2026-11-20T01:00:00Z', formal: facts }

test('a correction is answered by the list of the old entry, and by no other', () => {
  const list = (id: string, version: number, from: string): Checklist => ({ id, object_kind: 'industrial', version, in_force_from: from, items: [] })
  const lists = [list('old', 1, '2026-01-01'), list('new', 2, '2026-11-01')]
  const of = (checklist_id: string) => ({ checklist_id }) as Awaited<ReturnType<typeof filed>>
  expect(listFor(lists, 'industrial', '2026-11-22')?.id).toBe('new')
  expect(listFor(lists, 'industrial', '2026-11-22', of('old'))?.id).toBe('old')
  expect(listFor(lists, 'industrial', '2026-11-22', of('not here yet'))).toBeUndefined()
})

describe('a formal inspection of the same person on another phone', () => {
  test('is found with all that it said, and fills the form; who signs does so anew', async () => {
    await db.inspections.add(past)
    const form = refilled(emptyFormal(), (await filed('p'))!)
    expect(form).toMatchObject({ answers: { smell: 'problem' }, notes: { smell: '刺鼻' }, counts: 'complaint', ending: 'refused' })
    expect(formalFacts(form)).toEqual(facts)
    const { refusal: _, ...signed } = facts
    await db.inspections.put({ ...past, formal: signed })
    expect(refilled(emptyFormal(), (await filed('p'))!).ending).toBe('standing')
  })

  test('is offered apart from visits, and only with all that it said', async () => {
    const nameless = { ...past, formal: undefined }
    await db.inspections.bulkAdd([past, { ...nameless, id: 'told before phones were told', occurred_at: '2026-11-21T01:00:00Z' }, { ...past, id: 'another', inspector_id: 'you', formal: null }, { ...nameless, id: 'v', kind: 'patrol' }])
    expect((await ownEntryOf('e', 'me', 'formal'))?.id).toBe('p')
    expect((await ownEntryOf('e', 'me', 'patrol'))?.id).toBe('v')
    const here = await enqueue({ kind: 'inspection', title: 'e', body: { kind: 'formal', enterprise_id: 'e', checklist_id: 'old', answers, formal: facts }, made_at: new Date('2026-11-22T01:00:00Z') })
    expect((await ownEntryOf('e', 'me', 'formal'))?.id).toBe(here)
    expect((await ownEntryOf('e', 'me', 'patrol'))?.id).toBe('v')
  })
})
