import 'fake-indexeddb/auto'
import { beforeEach, expect, test } from 'vitest'
import { connect } from '@/shared/api'
import { db, recall } from '@/m/outbox/database'
import { pull } from '@/m/pull'

type Answer = { status?: number; body?: unknown }
const asked: string[] = []

const server = (...answers: Answer[]) => {
  asked.length = 0
  globalThis.fetch = async (request) => {
    const { cursor } = (await (request as Request).json()) as { cursor: string }
    asked.push(cursor)
    const { status = 200, body } = answers.shift()!
    return new Response(body ? JSON.stringify(body) : null, { status, headers: { 'Content-Type': 'application/json' } })
  }
  return connect({ headers: () => ({}), refused: () => undefined }, 'http://server')
}
const page = (changed: object, next: string, more: Partial<{ more: boolean; not_yours: string[] }> = {}) => ({ body: { changed, next, not_yours: [], more: false, ...more } })
const enterprise = (id: string, grid_id = 'g') => ({ id, grid_id, name: id }) as never

beforeEach(() => Promise.all(db.tables.map((table) => table.clear())))

const ids = async () => (await db.enterprises.toArray()).map(({ id }) => id)

test('pages are read until there is no more, each kind into its table, and the cursor is kept', async () => {
  await pull(server(page({ enterprise: [enterprise('a')] }, '1', { more: true }), page({ enterprise: [enterprise('b')], issue: [{ id: 'i' }], inspection: [{ id: 'v' }], day_close: [{ id: 'd' }] }, '2')))
  expect(asked).toEqual(['', '1'])
  expect(await ids()).toEqual(['a', 'b'])
  expect([await db.issues.count(), await db.inspections.count(), await db.dayCloses.count(), await recall('cursor')]).toEqual([1, 1, 1, '2'])
})

test('the same row again takes the place of the one before', async () => {
  await db.enterprises.bulkAdd([enterprise('a'), enterprise('b')])
  await pull(server(page({ enterprise: [{ id: 'a', grid_id: 'g', name: 'new' }] }, '5')))
  expect((await db.enterprises.toArray()).map(({ name }) => name)).toEqual(['new', 'b'])
})

test('what belongs to others now is forgotten', async () => {
  await db.enterprises.bulkAdd([enterprise('a'), enterprise('b', 'other')])
  await pull(server(page({}, '5', { not_yours: ['other'] })))
  expect(await ids()).toEqual(['a'])
})

test('what left a grid is forgotten, but not what has come to another grid of mine', async () => {
  await db.enterprises.bulkAdd([enterprise('a'), enterprise('b', 'mine too'), enterprise('c')])
  const tombstone = (id: string) => ({ kind: 'enterprise', id, grid_id: 'g', tombstone: 'not_yours' })
  await pull(server(page({ enterprise: [tombstone('a'), tombstone('b'), tombstone('unknown')] }, '5')))
  expect(await ids()).toEqual(['b', 'c'])
})

test('when nothing changed the lists count as read just now', async () => {
  await pull(server({ status: 204 }))
  expect(await recall('pulled_at')).toBeDefined()
})

test('after a restore on the server everything is fetched anew', async () => {
  await db.meta.add({ key: 'cursor', value: 'old' })
  await db.enterprises.add(enterprise('stale'))
  await pull(server({ status: 410, body: {} }, page({ enterprise: [enterprise('a')] }, '1')))
  expect(asked).toEqual(['old', ''])
  expect(await ids()).toEqual(['a'])
})

test('without an answer the lists stay as they are', async () => {
  await db.enterprises.add(enterprise('a'))
  await expect(pull(server({ status: 503 }))).rejects.toMatchObject({ status: 503 })
  expect([await ids(), await recall('pulled_at')]).toEqual([['a'], undefined])
})

test('after a restore of the server all that is here is sent again', async () => {
  await db.meta.put({ key: 'cursor', value: 'of before' })
  await db.records.add({ id: 'r', kind: 'issue', title: '', made_at: '', device_seq: 1, body: {}, person_id: 'me', state: 'arrived', attempts: 0, next_at: 0, photos_total: 0, photos_arrived: 0, receipt: { id: 'r' } })
  await pull(server({ status: 410 }, page({}, '1')))
  expect(asked).toEqual(['of before', ''])
  expect(await db.records.get('r')).toMatchObject({ state: 'here', former_receipt: { id: 'r' } })
})
