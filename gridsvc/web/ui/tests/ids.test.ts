import { expect, test } from 'vitest'
import { uuid7 } from '@/shared/ids'

const NOW = Date.parse('2026-11-20T07:42:00Z')

test('ids are UUIDv7 and carry the moment of their making', () => {
  const id = uuid7(NOW)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(parseInt(id.replace(/-/g, '').slice(0, 12), 16)).toBe(NOW)
})

test('ids of one millisecond are different and in order, beyond the space of their counter', () => {
  const ids = Array.from({ length: 10_000 }, () => uuid7(NOW))
  expect(new Set(ids).size).toBe(10_000)
  expect([...ids].sort()).toEqual(ids)
})

test('a clock that is set back does not break the order', () => {
  const before = uuid7(NOW + 60_000)
  expect(uuid7(NOW) > before).toBe(true)
})
