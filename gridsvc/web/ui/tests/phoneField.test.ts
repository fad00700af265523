import { visitsOf } from '@/m/corrections'
import { emptyVisit, told, unshown } from '@/m/visit'
import { describe, expect, test } from 'vitest'
import { companionsIn } from '@/m/colleagues'
import type { Stop } from '@/m/due'
import { emptyIssue, urgentBody } from '@/m/issueDraft'
import type { Colleague, Enterprise, Issue } from '@/m/known'
import { asCsv, entries, monthBeside, totals, type Month } from '@/m/month'
import { mine } from '@/m/myIssues'
import { bd09, gcj02, ways } from '@/m/navigate'
import { alike, emptyPlace, missing, proposal } from '@/m/newPlace'
import type { OutboxRecord } from '@/m/outbox/database'
import { fit, found } from '@/m/search'
import { byClock, taskOf } from '@/m/tasks'

describe('the way there', () => {
  /** As geo/crs.py of the server has them. */
  const FIGURES: [wgs84: [number, number], gcj: [number, number], baidu: [number, number]][] = [
    [[122.05, 41.24], [122.055470495, 41.242150960], [122.061867818, 41.248397554]],
    [[104.999, 35.001], [105.002281375, 35.000096760], [105.008660643, 35.006404029]],
    [[100.2, 25.6], [100.201138276, 25.597006563], [100.207579709, 25.603311253]],
    [[119.65, 29.08], [119.654708380, 29.077028979], [119.661163897, 29.083291058]],
  ]

  test.each(FIGURES)('%j is converted as on the server, to a centimetre', (at, gcj, baidu) => {
    for (const [ours, theirs] of [[gcj02(at), gcj], [bd09(at), baidu]] as const) {
      expect(Math.abs(ours[0]! - theirs[0])).toBeLessThan(1e-7)
      expect(Math.abs(ours[1]! - theirs[1])).toBeLessThan(1e-7)
    }
  })

  test('each app gets the place in its own datum and order', () => {
    const [[at, gcj, baidu]] = FIGURES as [typeof FIGURES[number]]
    const links = Object.fromEntries(ways(at, '宏达砂石场', at).map(({ app, href }) => [app, decodeURIComponent(href)]))
    expect(links.amap).toContain(`to=${gcj[0].toFixed(6)},${gcj[1].toFixed(6)},宏达砂石场&`)
    expect(links.tencent).toContain(`tocoord=${gcj[1].toFixed(6)},${gcj[0].toFixed(6)}`)
    expect(links.baidu).toContain(`destination=latlng:${baidu[1].toFixed(6)},${baidu[0].toFixed(6)}|name:宏达砂石场`)
    expect(decodeURIComponent(ways(at, '甲&乙')[1]!.href)).toContain('marker?location=')
    expect(ways(at, '甲&乙').every(({ href }) => href.startsWith('https://') && href.includes('%26'))).toBe(true)
  })
})

describe('search', () => {
  test('finds by a part of the name, by the code, and by initials in each reading', () => {
    const zeng = { name: '曾家铁厂', initials: 'zjtc cjtc', code: 'T-00012' }
    expect(['曾家', 'zj', 'CJT', 't-000'].map((words) => fit(words, zeng))).toEqual([0, 0, 0, 0])
    expect(['铁厂', 'jtc', '0012'].map((words) => fit(words, zeng))).toEqual([1, 1, 1])
    expect(fit('xyz', zeng)).toBeUndefined()
  })

  test('what begins with the words comes before what holds them', () => {
    expect(found(['老王铁厂', '王家铁厂'], '王', (name) => ({ name }))).toEqual(['王家铁厂', '老王铁厂'])
  })
})

test('months are leafed through, over the end of a year, up to the running one', () => {
  expect(monthBeside('2026-01', -1, '2026-02')).toBe('2025-12')
  expect(monthBeside('2025-12', 1, '2026-02')).toBe('2026-01')
  expect([monthBeside('2026-02', 1, '2026-02'), monthBeside('2024-02', -1, '2026-02')]).toEqual([undefined, undefined])
})

describe('walking together', () => {
  const one = (id: string, grid: string, level: number, may_walk = true): Colleague => ({ id: `${id}${grid}`, person: { id, name: id }, initials: '', role: 'grid_officer', grid: { id: grid, name: grid, level }, may_walk })

  test('those of the grid itself come first, each once, and nobody of another village', () => {
    const all = [one('head', 'town', 2), one('officer', 'zhao', 3), one('head', 'zhao', 3), one('other', 'qian', 3), one('clerk', 'town', 2, false)]
    expect(companionsIn(all, 'zhao').map(({ person, grid }) => [person.id, grid.id])).toEqual([['officer', 'zhao'], ['head', 'zhao']])
  })
})

describe('tasks', () => {
  const head = { person: { id: 'head', name: '' }, duties: [], permissions: ['issue.acknowledge', 'issue.look_back'] } as never
  const issue = (changes: Partial<Issue>): Issue => ({ id: 'i', grid_id: 'g', state: 'found', owner: null, due_at: null, look_back_on: null, urgent: false, seen: [], ...changes }) as unknown as Issue
  const kind = (changes: Partial<Issue>) => taskOf(issue(changes), head, new Set(), '2026-11-20')

  test('an urgent report is to be seen, once by each, while it is open', () => {
    expect(kind({ urgent: true })).toBe('see')
    expect(kind({ urgent: true, seen: [{ person: { id: 'other', name: '' }, at: '' }] })).toBe('see')
    expect(kind({ urgent: true, seen: [{ person: { id: 'head', name: '' }, at: '' }] })).toBeUndefined()
    expect(kind({ urgent: true, state: 'void' })).toBeUndefined()
  })

  test('a look-back is due from its day on', () => {
    expect(kind({ state: 'closed', look_back_on: '2026-11-20' })).toBe('look_back')
    expect(kind({ state: 'closed', look_back_on: '2026-11-21' })).toBeUndefined()
    expect(kind({ state: 'looked_back', look_back_on: '2026-11-20' })).toBeUndefined()
  })

  test('urgent ones stand above all clocks', () => {
    expect(byClock([issue({ id: 'due', due_at: '2026-01-01' }), issue({ id: 'urgent', urgent: true })]).map(({ id }) => id)).toEqual(['urgent', 'due'])
  })
})

describe('an urgent report', () => {
  test('is whole with nothing filled in but where', () => {
    const where = { position: { type: 'Point' as const, coordinates: [122, 41] as [number, number] }, crs: 'wgs84' as const, accuracy_m: 8 }
    expect(urgentBody(emptyIssue(), undefined, where, '紧急情况')).toEqual({ category: 'other', severity: 'serious', description: '紧急情况', urgent: true, ...where })
  })

  test('stands on top of mine until it is closed, known to the server or not', () => {
    const record = (id: string, urgent: boolean, made_at: string) => ({ id, kind: 'issue', person_id: 'me', made_at, body: { description: id, urgent } }) as unknown as OutboxRecord
    const issue = (id: string, urgent: boolean, state = 'found') => ({ id, description: id, found_by: { id: 'me', name: '' }, occurred_at: '2026-11-19T00:00:00Z', urgent, state, seen: [] }) as unknown as Issue
    const all = mine([issue('a', false), issue('b', true), issue('old', true, 'closed')], [record('a', false, '2026-11-19T00:00:00Z'), record('new', false, '2026-11-20T00:00:00Z'), record('here', true, '2026-11-18T00:00:00Z'), { ...record('other', true, ''), person_id: 'you' }], 'me')
    expect(all.map(({ id }) => id)).toEqual(['b', 'here', 'new', 'a', 'old'])
    expect(all.find(({ id }) => id === 'a')).toMatchObject({ issue: { id: 'a' }, record: { id: 'a' } })
  })
})

describe('a new place', () => {
  const stop = (id: string, name: string, distance_m?: number, uscc: string | null = null) => ({ enterprise: { id, name, uscc } as Enterprise, distance_m, is_visited: false, last_visit_at: null, last_result: null }) as Stop

  test('is compared with what is known: the credit code, the name, and what is near', () => {
    const stops = [stop('far', '远处铁厂', 900), stop('near', '别家', 40), stop('named', '路边废品收购站', 5000), stop('code', '某公司', undefined, '91350100M000100Y43')]
    const draft = { ...emptyPlace(), name: '路边废品', uscc: '91350100m000100y43' }
    expect(alike(stops, draft).map(({ stop: { enterprise }, why }) => [enterprise.id, why])).toEqual([['code', ['uscc']], ['named', ['name']], ['near', ['near']]])
    expect(alike([stop('far', '远处铁厂', 900)], emptyPlace())).toEqual([])
  })

  test('needs a name and a kind, and says what was seen', () => {
    const draft = { ...emptyPlace(), name: ' 废品站 ', scattered: 'yes' as const, uscc: ' ab ' }
    expect([missing(emptyPlace()), missing(draft), missing({ ...draft, kind: 'other' })]).toEqual(['new_place.need_name', 'new_place.need_kind', undefined])
    expect(proposal({ ...draft, kind: 'other' }, {} as never)).toMatchObject({ name: '废品站', kind: 'other', uscc: 'AB', is_scattered_polluter: true })
  })
})

describe('my month', () => {
  const record = (id: string, kind: string, made_at: string, body: object = {}) => ({ id, kind, title: '=宏达', made_at, body, state: 'arrived', receipt: { audit_seq: 7 } }) as unknown as OutboxRecord
  const known = {
    month: '2026-11', patrols: [{ id: 'along', occurred_at: '2026-11-02T01:00:00Z', grid: { name: '赵家村' } }],
    visits: [{ id: 'v', occurred_at: '2026-11-01T01:00:00Z', enterprise: { name: '宏达' }, result: 'ok' }, { id: 'elsewhere', occurred_at: '2026-11-03T01:00:00Z', enterprise: { name: '钱家' }, result: 'problem' }],
  } as unknown as Month
  const records = [record('v', 'inspection', '2026-11-01T01:00:00Z', { answers: [] }), record('c', 'inspection', '2026-11-01T02:00:00Z', { answers: [], corrects_id: 'v' }), record('t', 'track', '2026-11-01T01:00:00Z'), record('last month', 'patrol', '2026-10-31T15:59:00Z')]

  test('has each record once, by the local month, whoever of the phones made it', () => {
    const all = entries('2026-11', known, records)
    expect(all.map(({ id }) => id)).toEqual(['elsewhere', 'along', 'c', 'v'])
    expect(totals(all)).toEqual({ days: 3, patrols: 1, visits: 2, problems: 1, issues: 0 })
  })

  test('becomes a file that no spreadsheet takes for formulas', () => {
    const all = entries('2026-11', undefined, [record('v', 'inspection', '2026-11-01T01:00:00Z', { answers: [] })])
    const text = asCsv(all, ['日期', '时间', '类型', '地点', '结果', '状态', '回执号', '存证序号'], () => ({ kind: '巡查, 记录', result: '', state: '已送达', receipt: 'AB12-CD34' }))
    expect(text).toBe('\ufeff日期,时间,类型,地点,结果,状态,回执号,存证序号\r\n2026-11-01,09:00,"巡查, 记录",\'=宏达,,已送达,AB12-CD34,7\r\n')
  })
})

describe('a correction', () => {
  const entry = (id: string, result: string, corrects: string | null = null, at = `2026-11-0${id.length}T01:00:00Z`) => ({ id, at, result, corrects })

  test('is no visit of its own and has the last word on the one it corrects, over a whole chain', () => {
    expect(visitsOf([entry('ccc', 'ok', 'bb'), entry('a', 'ok'), entry('bb', 'problem', 'a')])).toEqual([entry('a', 'ok')])
    expect(visitsOf([entry('a', 'ok'), entry('bb', 'problem', 'a')])).toEqual([entry('a', 'problem')])
  })
})

describe('an item that wants a photo', () => {
  const items = [{ item: 'a', text: 'A', text_en: 'A', photo_required: true }, { item: 'b', text: 'B', text_en: 'B' }]
  const draft = (facts: object) => ({ ...emptyVisit(), answers: { a: 'ok' as const, b: 'ok' as const }, ...facts })

  test('has one, or a reason, or does not apply', () => {
    const left = (facts: object, shots: string[] = []) => unshown(items, draft(facts), () => shots).map(({ item }) => item)
    expect([left({}), left({}, ['sha']), left({ noPhoto: { a: '相机坏了' } }), left({ answers: { a: 'not_applicable', b: 'ok' } })]).toEqual([['a'], [], [], []])
    expect(told(items, draft({ noPhoto: { a: '相机坏了' } }), '').answers[0]).toEqual({ item: 'a', result: 'ok', no_photo_reason: '相机坏了' })
    expect(told(items, draft({}), '', (item) => (item === 'a' ? ['sha'] : [])).answers[0]).toEqual({ item: 'a', result: 'ok', photos: ['sha'] })
  })
})
