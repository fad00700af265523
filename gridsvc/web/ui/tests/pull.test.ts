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
    asked.push(new URL((request as Request).url).searchParams.get('cursor') ?? '')
    const { status = 200, body } = answers.shift()!
    return new Response(body ? JSON.stringify(body) : null, { status, headers: { 'Content-Type': 'application/json' } })
  }
  return connect({ headers: () => ({}), refused: () => undefined }, 'http://server')
}

beforeEach(() => Promise.all(db.tables.map((table) => table.clear())))

const ids = async () => (await db.enterprises.toArray()).map(({ id }) => id)

test('pages are read until nothing is new, and the cursor is kept', async () => {
  await pull(server({ body: { enterprises: [{ id: 'a', grid_id: 'g' }], next: '1' } }, { body: { enterprises: [{ id: 'b', grid_id: 'g' }], issues: [{ id: 'i' }], next: '2' } }, { status: 304 }))
  expect(asked).toEqual(['', '1', '2'])
  expect(await ids()).toEqual(['a', 'b'])
  expect([await db.issues.count(), await recall('cursor')]).toEqual([1, '2'])
})

test('what was deleted or belongs to others now is forgotten', async () => {
  await db.enterprises.bulkAdd([{ id: 'a', grid_id: 'g' }, { id: 'b', grid_id: 'other' }, { id: 'c', grid_id: 'g' }])
  await pull(server({ body: { enterprises: [{ id: 'a', tombstone: 'deleted' }], not_yours: ['other'], next: '5' } }, { status: 304 }))
  expect(await ids()).toEqual(['c'])
})

test('after a restore on the server everything is fetched anew', async () => {
  await db.meta.add({ key: 'cursor', value: 'old' })
  await db.enterprises.add({ id: 'stale', grid_id: 'g' })
  await pull(server({ status: 410, body: {} }, { body: { enterprises: [{ id: 'a', grid_id: 'g' }], next: '1' } }, { status: 304 }))
  expect(asked).toEqual(['old', '', '1'])
  expect(await ids()).toEqual(['a'])
})

test('without an answer the lists stay as they are', async () => {
  await db.enterprises.add({ id: 'a', grid_id: 'g' })
  await expect(pull(server({ status: 503 }))).rejects.toMatchObject({ status: 503 })
  expect([await ids(), await recall('pulled_at')]).toEqual([['a'], undefined])
})
