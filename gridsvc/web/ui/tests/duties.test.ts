import { beforeEach, describe, expect, test } from 'vitest'
import { hitsOf } from '@/desk/find'
import { gapCount, gapsOf, missingWhen, momentTold, monthsOf, placeOf, rolesOf, rowsOf, spanAround, type Span, type Term, type Timeline } from '@/desk/posts'
import { codesFile, standsInTheWay } from '@/desk/roster'
import { dutyName } from '@/shared/duties'
import { inLanguage } from './texts'

const NOW = Date.parse('2026-11-20T04:00:00Z')
const SPAN: Span = { from: Date.parse('2025-11-20T04:00:00Z'), until: Date.parse('2026-12-20T04:00:00Z') }
const place = (name: string, level: number | null = 3, kind = 'grid') => ({ kind, id: name, name, code: name, level })
const term = (id: string, role: string, from: string | null, until: string | null, more: Partial<Term> = {}): Term =>
  ({ id, role, seat: 1, person: { id, name: id }, subject: place('赵家村'), from, until, recorded_at: null, end_recorded_at: null, back_dated: false, handover: null, allowed: [], ...more })
const line = (items: Term[], vacancies: Timeline['vacancies'] = [], places = [place('赵家村')]) => ({ items, vacancies, places })

describe('a time line', () => {
  test('a seat is one row, however often it changed hands, and what is to come is planned', () => {
    const rows = rowsOf(line([term('a', 'grid_head', null, '2026-03-01T00:00:00Z'), term('b', 'grid_head', '2026-03-01T00:00:00Z', '2026-12-01T00:00:00Z'), term('c', 'grid_head', '2026-12-01T00:00:00Z', null)], [], [place('赵家村', 2)]), SPAN, NOW)
    expect(rows.map(({ bars }) => bars.map(({ kind, key }) => [kind, key]))).toEqual([[['held', 'a'], ['held', 'b'], ['planned', 'c']]])
  })

  test('those who share a post without seats stand one below the other', () => {
    const rows = rowsOf(line([term('a', 'grid_officer', '2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'), term('b', 'grid_officer', '2026-02-01T00:00:00Z', null), term('c', 'grid_officer', '2026-07-01T00:00:00Z', null)]), SPAN, NOW)
    expect(rows.map(({ bars }) => bars.map(({ key }) => key))).toEqual([['a', 'c'], ['b']])
  })

  test('a village without an officer is a gap, also where the server tells of none', () => {
    const [never] = rowsOf(line([]), SPAN, NOW)
    expect(never).toMatchObject({ role: 'grid_officer', bars: [{ kind: 'gap', vacancy: { from: null, until: null } }] })
    const [hole] = rowsOf(line([term('a', 'grid_officer', null, '2026-10-11T04:00:00Z')]), SPAN, NOW)
    expect(hole!.bars.map(({ kind, days }) => [kind, days])).toEqual([['held', expect.any(Number)], ['gap', 40]])
    expect(rowsOf(line([], [], [place('吴家镇', 2)]), SPAN, NOW)).toEqual([])
  })

  test('a vacancy that runs counts its days to now, one that is over all of them', () => {
    const gap = { subject: place('赵家村'), role: 'grid_head', seat: 1 }
    const days = (from: string, until: string | null) => rowsOf(line([], [{ ...gap, from, until }], []), SPAN, NOW)[0]!.bars[0]!.days
    expect(days('2026-10-16T04:00:00Z', null)).toBe(35)
    expect(days('2026-06-01T00:00:00Z', '2026-06-05T00:00:00Z')).toBe(4)
  })

  test('places keep the order of the server, heads before their deputies', () => {
    const at = (name: string, role: string) => term(name + role, role, null, null, { subject: place(name, 2) })
    const rows = rowsOf(line([at('乙', 'grid_head'), at('甲', 'deputy_head'), at('甲', 'grid_head')], [], [place('甲', 2), place('乙', 2)]), SPAN, NOW)
    expect(rows.map(({ subject, role }) => `${subject.name} ${role}`)).toEqual(['甲 grid_head', '甲 deputy_head', '乙 grid_head'])
  })

  test('the span reaches what is planned within a year; months begin by local time', () => {
    const [until, far] = ['2027-03-01T00:00:00Z', '2036-01-01T00:00:00Z']
    expect(spanAround([term('a', 'grid_head', until, far)], NOW).until).toBe(Date.parse(until) + 31 * 86_400_000)
    expect(monthsOf({ from: NOW, until: Date.parse('2027-01-01T00:00:00Z') }).map((at) => new Date(at).toISOString())).toEqual(['2026-11-30T16:00:00.000Z', '2026-12-31T16:00:00.000Z'])
  })

  test('a bar stays within the picture', () => {
    expect(placeOf({ from: 0, until: 10 }, { from: 5, until: 25 })).toEqual({ left: 0, width: 25 })
    expect(placeOf({ from: 15, until: 99 }, { from: 5, until: 25 })).toEqual({ left: 50, width: 50 })
  })
})

test('gaps are told by name, with the days to the moment that was asked for', () => {
  const gaps = {
    at: '2026-11-20T04:00:00Z', as_of: '2026-11-21T04:00:00Z', least_officers: 2, counts: { vacant_heads: 1, too_few_officers: 1, without_leader: 0, without_person: 3 },
    vacant_heads: [{ subject: place('赵家村'), role: 'grid_head', seat: 2, from: '2026-11-10T04:00:00Z', until: null }], too_few_officers: [{ grid: { id: 'q', code: 'q', name: '钱家村', level: 3 }, officers: 1, least: 2 }], without_leader: [],
    without_person: [{ subject: place('砂石场', null, 'enterprise'), role: 'responsible_person', seat: 1, from: null, until: null }],
  }
  expect(gapsOf(gaps).map(({ subject, role, days }) => [subject.name, role, days])).toEqual([['赵家村', 'grid_head', 10], ['钱家村', 'grid_officer', undefined], ['砂石场', 'responsible_person', undefined]])
  expect(gapCount(gaps)).toBe(5)
})

test('the past is for a higher role, and needs a reason', () => {
  expect(missingWhen({ when: 'now', day: '' }, '', false)).toBeUndefined()
  expect(missingWhen({ when: 'later', day: '' }, '', false)).toBe('day')
  expect(missingWhen({ when: 'past', day: '2026-01-01' }, '补录', false)).toBe('higher_role')
  expect(missingWhen({ when: 'past', day: '2026-01-01' }, ' ', true)).toBe('reason')
  expect(missingWhen({ when: 'past', day: '2026-01-01' }, '补录', true)).toBeUndefined()
  expect([momentTold({ when: 'now', day: '2026-01-01' }), momentTold({ when: 'later', day: '2026-01-01' })]).toEqual([undefined, '2026-01-01'])
})

test('only the administrator of a county is offered those who watch over others', () => {
  expect(rolesOf(place('县', 1), false)).not.toContain('auditor')
  expect(rolesOf(place('县', 1), true)).toContain('auditor')
  expect(rolesOf(place('村', 3), true)).toEqual(['grid_head', 'deputy_head', 'grid_officer'])
  expect(rolesOf(place('局', null, 'unit'), true)).toEqual(['dept_liaison'])
})

describe('words', () => {
  beforeEach(() => inLanguage('zh-CN'))

  test('people are found with their posts, places with their code', () => {
    const roles = [{ id: '1', role: 'grid_officer', seat: 1, subject: place('赵家村'), from: null, until: null, recorded_at: null, end_recorded_at: null, back_dated: false }]
    const hits = hitsOf({ people: [{ id: 'p', name: '李秀英', roles }], grids: [place('赵家村')], enterprises: [], units: [] })
    expect(hits.map(({ kind, more, to }) => [kind, more, to])).toEqual([['person', '赵家村 网格员', '/duties/person/p'], ['grid', '赵家村', '/duties/grid/赵家村']])
  })

  test('whoever stands in is told for whom', () => {
    const duty = { id: '1', role: 'grid_officer', seat: 1, subject: place('赵家村'), from: null, until: null, stands_in_for: null }
    expect(dutyName(duty)).toBe('赵家村 网格员')
    expect(dutyName({ ...duty, stands_in_for: { id: 'p', name: '李秀英' } })).toBe('赵家村 网格员（代李秀英）')
  })
})

test('codes go into a file that spreadsheets open, whatever a name contains', async () => {
  const text = await codesFile([{ login: 'zhou', name: '周"敏', code: 'ABCD', code_until: '2026-12-20T00:00:00Z' }]).text()
  expect(text.split('\r\n')[1]).toBe('"zhou","周""敏","ABCD","2026-12-20T00:00:00Z"')
})

test('a roster with a fault, or without a difference, is not entered', () => {
  expect(standsInTheWay({ faults: [{ line: 2, reason: 'x' }], differences: [{}] as never })).toBe('faults')
  expect(standsInTheWay({ faults: [], differences: [] })).toBe('nothing')
  expect(standsInTheWay({ faults: [], differences: [{}] as never })).toBeUndefined()
})
