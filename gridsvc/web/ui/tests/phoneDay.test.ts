import { describe, expect, test } from 'vitest'
import { closeBody, sentenceFor, unexplained } from '@/m/closing'
import { byDebt, byDistance, checklistFor, daysBetween, stopsDue, withDistance } from '@/m/due'
import { emptyIssue, issueBody, missing } from '@/m/issueDraft'
import type { Checklist, DueVisit, Enterprise, Issue } from '@/m/known'
import type { TrackPoint } from '@/m/outbox/database'
import { byClock, taskOf } from '@/m/tasks'
import { chunks, gapsIn, legs, lengthM } from '@/m/track'
import { emptyVisit, problemsIn, suggested, told, unanswered } from '@/m/visit'

const enterprise = (id: string, lon = 122): Enterprise => ({ id, grid_id: 'g', name: id, kind: 'industrial', supervision_class: 'general', location: { type: 'Point', coordinates: [lon, 41.2] } }) as Enterprise
const due = (id: string, owed_days: number, changes: Partial<DueVisit> = {}): DueVisit => ({ id, grid_id: 'g', day: '2026-11-20', owed_days, visited_today: false, last_visit_at: null, last_result: null, checklist_id: null, ...changes })
const known = (...all: Enterprise[]) => new Map(all.map((one) => [one.id, one]))
const names = (stops: { enterprise: Enterprise }[]) => stops.map((stop) => stop.enterprise.id)

describe('what is due', () => {
  test('what is watched goes before what is owed longer', () => {
    const stops = stopsDue([due('owed', 9), due('watched', 0, { attention: true })], known(enterprise('owed'), enterprise('watched')), new Set(), '2026-11-20')
    expect(names(byDebt(stops))).toEqual(['watched', 'owed'])
  })

  test('the longest owed comes first, of equals the nearest', () => {
    const all = known(enterprise('far', 122.02), enterprise('near', 122.001), enterprise('old', 122.1))
    const stops = stopsDue([due('far', 0), due('near', 0), due('old', 3)], all, new Set(), '2026-11-20')
    expect(names(byDebt(withDistance(stops, [122, 41.2])))).toEqual(['old', 'near', 'far'])
    expect(names(byDistance(withDistance(stops, [122, 41.2])))).toEqual(['near', 'far', 'old'])
  })

  test('without a position equals stand by name, and no distance is told', () => {
    const stops = stopsDue([due('b', 0), due('a', 0)], known(enterprise('a'), enterprise('b')), new Set(), '2026-11-20')
    expect(names(byDebt(withDistance(stops, undefined)))).toEqual(['a', 'b'])
    expect(stops[0]!.distance_m).toBeUndefined()
  })

  test('a list of the day before yesterday owes two days more, and what was visited then is off it', () => {
    const list = [due('a', 1), due('b', 0, { visited_today: true })]
    expect(stopsDue(list, known(enterprise('a'), enterprise('b')), new Set(), '2026-11-22')).toMatchObject([{ owed_days: 3, is_visited: false }])
    expect(daysBetween('2026-10-31', '2026-11-02')).toBe(2)
  })

  test('a visit of today counts, whether the server or only this phone knows it', () => {
    const stops = stopsDue([due('a', 1, { visited_today: true }), due('b', 0)], known(enterprise('a'), enterprise('b')), new Set(['b']), '2026-11-20')
    expect(stops.map((stop) => stop.is_visited)).toEqual([true, true])
  })

  test('the checklist is the newest in force of its kind, or the general one', () => {
    const list = (object_kind: string, version: number, in_force_from: string) => ({ id: `${object_kind}${version}`, object_kind, version, in_force_from, items: [] }) as Checklist
    const lists = [list('industrial', 1, '2025-01-01'), list('industrial', 2, '2026-01-01'), list('industrial', 3, '2027-01-01'), list('other', 1, '2025-01-01')]
    expect(checklistFor(lists, 'industrial', '2026-11-20')?.id).toBe('industrial2')
    expect(checklistFor(lists, 'quarry', '2026-11-20')?.id).toBe('other1')
  })
})

describe('a track', () => {
  const point = (at_s: number, lon = 122 + at_s / 1e6): TrackPoint => ({ patrol_id: 'p', at: at_s * 1000, lon, lat: 41.2, accuracy_m: 7.6 })

  test('goes onto the wire in parts, whole, in order, in seconds', () => {
    const points = Array.from({ length: 1201 }, (_, n) => point(n))
    const parts = chunks(points)
    expect(parts.map((part) => part.length)).toEqual([500, 500, 201])
    expect(parts.flat().map(([, , at]) => at)).toEqual(points.map(({ at }) => at / 1000))
    expect(parts[0]![1]).toEqual([122.000001, 41.2, 1, 8])
    expect(chunks([])).toEqual([])
  })

  test('has a gap where nobody knows the way for more than two minutes', () => {
    const points = [point(0), point(60), point(180), point(301), point(360)]
    expect(gapsIn(points)).toEqual([{ from: 180_000, until: 301_000 }])
    expect(legs(points).map(({ isGap, positions }) => [isGap, positions.length])).toEqual([[false, 3], [true, 2], [false, 2]])
  })

  test('is as long as the way from fix to fix', () => {
    expect(lengthM([point(0, 122), point(60, 122.001)])).toBeCloseTo(83.7, 0)
    expect([lengthM([]), lengthM([point(0)])]).toEqual([0, 0])
  })
})

describe('a visit', () => {
  const items = [{ item: 'smell', text: '有没有异味', text_en: 'Smell' }, { item: 'cover', text: '料堆是否盖好', text_en: 'Covered', severity: 'serious' }]

  test('has nothing answered beforehand', () => {
    expect(unanswered(items, emptyVisit())).toHaveLength(2)
  })

  test('tells every answer, and what was found in words; a note on what is no problem any more is dropped', () => {
    const draft = { ...emptyVisit(), answers: { smell: 'ok', cover: 'problem' } as const, notes: { smell: 'gone', cover: ' 约 40 吨 ' } }
    expect(told(items, draft, '发现问题')).toEqual({ answers: [{ item: 'smell', result: 'ok' }, { item: 'cover', result: 'problem', note: '约 40 吨' }], findings: '料堆是否盖好：约 40 吨' })
    expect(told(items, { ...draft, notes: {} }, '发现问题').findings).toBe('料堆是否盖好：发现问题')
    expect(suggested(problemsIn(items, draft))).toEqual({ category: 'dust', severity: 'serious' })
  })
})

describe('a problem', () => {
  test('says what is missing, the first thing first', () => {
    const draft = emptyIssue()
    expect(missing(draft, 'e', 0, 0)).toBe('report.need_category')
    Object.assign(draft, { category: 'dust' })
    expect(missing(draft, 'e', 0, 0)).toBeUndefined()
    expect(missing(draft, undefined, 1, 0)).toBe('report.where_missing')
    Object.assign(draft, { fixed: 'yes' })
    expect([missing(draft, 'e', 0, 0), missing(draft, 'e', 1, 0), missing(draft, 'e', 1, 1)]).toEqual(['report.need_photo', 'report.need_after', undefined])
  })

  test('without words it is told by its category', () => {
    expect(issueBody({ ...emptyIssue(), category: 'dust' }, 'e', 'v', undefined, '扬尘')).toEqual({ category: 'dust', severity: 'ordinary', description: '扬尘', enterprise_id: 'e', inspection_id: 'v' })
  })
})

describe('tasks', () => {
  const TODAY = '2026-11-20'
  const me = { person: { id: 'me', name: '' }, duties: [{ subject: { kind: 'grid', id: 'g', level: 3 } }], permissions: ['issue.rectify', 'issue.accept'] } as never
  const issue = (state: string, owner?: string, changes: Partial<Issue> = {}): Issue => ({ id: 'i', grid_id: 'g', state, owner: owner ? { id: owner, name: '' } : null, due_at: null, ...changes }) as Issue

  test('mine is what names me, or names nobody in my village', () => {
    expect(taskOf(issue('assigned', 'me', { grid_id: 'elsewhere' }), me, new Set(), TODAY)).toBe('fix')
    expect(taskOf(issue('rectifying'), me, new Set(), TODAY)).toBe('fix')
    expect(taskOf(issue('assigned', 'other'), me, new Set(), TODAY)).toBeUndefined()
    expect(taskOf(issue('found'), me, new Set(), TODAY)).toBeUndefined()
  })

  test('nobody accepts what they submitted', () => {
    expect(taskOf(issue('submitted'), me, new Set(), TODAY)).toBe('accept')
    expect(taskOf(issue('submitted'), me, new Set(['i']), TODAY)).toBeUndefined()
  })

  test('the clock that runs out first comes first', () => {
    expect(byClock([issue('assigned'), issue('assigned', 'me', { due_at: '2026-12-01' }), issue('assigned', 'me', { due_at: '2026-11-30' })]).map(({ due_at }) => due_at)).toEqual(['2026-11-30', '2026-12-01', null])
  })
})

describe('a day close', () => {
  test('says what was done, also when it is nothing', () => {
    expect(sentenceFor({ patrols: 1, visits: 3, problems: 0 })).toBe('zero_visits')
    expect(sentenceFor({ patrols: 1, visits: 0, problems: 0 })).toBe('zero_patrolled')
    expect(sentenceFor({ patrols: 0, visits: 0, problems: 0 })).toBe('zero_nothing')
    expect(sentenceFor({ patrols: 1, visits: 3, problems: 2 })).toBe('problems_visits')
    expect(sentenceFor({ patrols: 0, visits: 0, problems: 1 })).toBe('problems_only')
  })

  test('gives every unvisited place its reason', () => {
    expect(unexplained(['a', 'b'], { a: 'closed' })).toEqual(['b'])
    expect(closeBody({ visits: 0, problems: 0 }, 'g', '2026-11-20', ['a'], { a: 'closed', gone: 'no_time' }, ' ', () => '关门'))
      .toEqual({ grid_id: 'g', day: '2026-11-20', visits: 0, problems: 0, unvisited: [{ enterprise_id: 'a', reason: '关门' }] })
  })
})
