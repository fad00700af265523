import { beforeEach, describe, expect, test } from 'vitest'
import { speak, switchTo } from '@/shared/i18n'
import { clocks, nthDay } from '@/desk/issueClocks'
import { missing, needsNote, nothing, offered, request } from '@/desk/issueDeeds'
import { byTimeLeft, clockOf, stageOf, type Issue } from '@/desk/ledger'
import { climbed, effectState, hot, replyState, total } from '@/desk/month'
import { inShort, timeLine, type Period } from '@/desk/timeline'
import { told, perDay, sum, type Waiting } from '@/desk/waiting'
import { agrees, cellState, isWorse, mostPressing, recordCount, rows, wordless, type DayCell } from '@/desk/week'
import { clients } from './texts'

beforeEach(async () => {
  await speak(async (language) => clients.desk[language])
  await switchTo('zh-CN')
})

const issue = (facts: Partial<Issue>): Issue => ({ id: 'i', state: 'found', due_at: null, look_back_on: null, occurred_at: '2026-11-01T02:00:00Z', assigned_at: null, submitted_at: null, accepted_at: null, closed_at: null, ...facts }) as Issue

describe('the ledger', () => {
  test('stands in order of the time left, then of age, and what is done comes last', () => {
    const late = issue({ id: 'late', due_at: '2026-11-03T16:00:00Z' })
    const soon = issue({ id: 'soon', due_at: '2026-11-20T16:00:00Z' })
    const old = issue({ id: 'old' })
    const fresh = issue({ id: 'fresh', occurred_at: '2026-11-09T02:00:00Z' })
    const void1 = issue({ id: 'void', state: 'void', occurred_at: '2026-11-10T02:00:00Z' })
    const before = issue({ id: 'void before', state: 'void' })
    expect(byTimeLeft([before, fresh, soon, void1, old, late]).map(({ id }) => id)).toEqual(['late', 'soon', 'old', 'fresh', 'void', 'void before'])
  })

  test('the clock of a closed issue is its look-back, the day itself included', () => {
    expect(clockOf(issue({ state: 'closed', due_at: '2026-11-03T16:00:00Z', look_back_on: '2026-11-20' }))).toBe('2026-11-20T16:00:00.000Z')
    expect(clockOf(issue({ state: 'looked_back', look_back_on: '2026-11-20' }))).toBeNull()
  })

  test('an issue has reached so many of six steps', () => {
    expect(['found', 'accepted', 'closed', 'looked_back', 'void'].map(stageOf)).toEqual([1, 5, 6, 6, 0])
  })
})

describe('the clocks of an issue', () => {
  test('a fresh assignment may be returned for 24 hours, and no longer', () => {
    const assigned = issue({ state: 'assigned', assigned_at: '2026-11-02T02:00:00Z', due_at: '2026-11-09T16:00:00Z' })
    expect(clocks(assigned, Date.parse('2026-11-02T12:00:00Z')).map(({ name }) => name)).toEqual(['rectify', 'return', 'found'])
    expect(clocks(assigned, Date.parse('2026-11-03T02:00:00Z')).map(({ name }) => name)).toEqual(['rectify', 'found'])
  })

  test('a closed one says how long it took', () => {
    const closed = issue({ state: 'closed', closed_at: '2026-11-04T03:00:00Z', look_back_on: '2026-12-04' })
    expect(clocks(closed)).toMatchObject([{ name: 'look_back' }, { name: 'done', days: 4 }])
  })

  test('the first day counts as one, also for a clock that runs behind', () => {
    expect(nthDay('2026-11-01T00:00:00Z', Date.parse('2026-11-01T05:00:00Z'))).toBe(1)
    expect(nthDay('2026-11-02T00:00:00Z', Date.parse('2026-11-01T05:00:00Z'))).toBe(1)
  })
})

describe('the deeds of an issue', () => {
  test('only what the server allows and the desk can do is offered; a relapse is a result of looking back', () => {
    expect(offered(['submit', 'merge', 'void', 'assign'])).toEqual(['assign', 'void'])
    expect(offered(['relapse', 'look_back'])).toEqual(['look_back'])
    expect(offered(['relapse'])).toEqual(['relapse'])
  })

  test('a form says what it still lacks', () => {
    expect(missing('assign', nothing())).toBe('addressee_needed')
    expect(missing('assign', { ...nothing(), unit_id: 'u' })).toBeUndefined()
    expect(missing('reject', { ...nothing(), note: '  ' })).toBe('note_missing')
    expect(missing('look_back', nothing())).toBe('choose')
    expect(missing('look_back', { ...nothing(), result: 'problem' })).toBe('note_missing')
    expect(needsNote('accept', nothing())).toBe(false)
  })

  test('a request carries what was filled in for that deed, and nothing else', () => {
    const filled = { ...nothing(), owner_id: 'o', requirement: '盖好', look_back_on: '2026-12-01', note: ' 好 ' }
    const body = request('assign', filled, 3)
    expect(body).toMatchObject({ action: 'assign', version: 3, owner_id: 'o', requirement: '盖好', note: '好', due_kinds: ['fixed_term'] })
    expect(body).not.toHaveProperty('unit_id')
    expect(body).not.toHaveProperty('look_back_on')
  })
})

describe('a week', () => {
  const figure = (made: number, due: number | null = null) => ({ made, due, records: [] })

  test('its numbers stand beside last week, and a share of nothing has no value', () => {
    const [patrols, visits] = rows({ visits: figure(0, 0), patrol_days: figure(8, 10) }, [{ week: '2026-W46', numbers: { patrol_days: { made: 9, due: 10 }, visits: { made: 0, due: 0 } } }])
    expect(patrols).toMatchObject({ key: 'patrol_days', last: { made: 9 }, trend: [0.9, 0.8], isWorse: true })
    expect(visits).toMatchObject({ key: 'visits', trend: [], isWorse: false })
  })

  test('what is worse depends on what is counted', () => {
    expect(isWorse('overdue', figure(3), { made: 2, due: null })).toBe(true)
    expect(isWorse('overdue', figure(1), { made: 2, due: null })).toBe(false)
    expect(isWorse('problems_found', figure(1), { made: 9, due: null })).toBe(false)
    expect(isWorse('visits', figure(1, 2), undefined)).toBe(false)
  })

  test('records agree with their number; a patrol and its day close count once', () => {
    const at = (moment: string, id: string) => ({ at: moment, grid: { id } })
    const both = [at('2026-11-16T01:00:00Z', 'a'), at('2026-11-16T09:00:00Z', 'a'), at('2026-11-16T16:30:00Z', 'a')]
    expect(agrees('patrol_days', figure(2, 5), both)).toBe(true)
    expect(agrees('overdue', figure(2), both)).toBe(false)
    expect(agrees('overdue', figure(3), both)).toBe(true)
  })

  test('a record behind two numbers is frozen once', () => {
    const record = { kind: 'issue', id: '1' }
    expect(recordCount({ overdue: { made: 1, due: null, records: [record] }, relapsed: { made: 2, due: null, records: [record, { kind: 'patrol', id: '1' }] } })).toBe(2)
  })

  test('a blank word is no word', () => {
    const exception = { key: 'overdue', severity: 'bad' as const, count: 1, items: [], needs_word: true, word: ' ' }
    expect(wordless([exception, { ...exception, needs_word: false }, { ...exception, word: '雨' }])).toEqual([exception])
  })

  test('a day is missing only when it was due and nobody came', () => {
    const cell: DayCell = { day: '2026-11-18', due: true, patrolled: false, closed: false, problems: 0, on_leave: false }
    expect(cellState(cell)).toBe('missing')
    expect(cellState({ ...cell, closed: true })).toBe('made')
    expect(cellState({ ...cell, due: false, on_leave: true })).toBe('leave')
    expect(cellState({ ...cell, due: false }, '2026-11-20')).toBe('rest')
    expect(cellState({ ...cell, due: false }, '2026-11-18')).toBe('ahead')
  })

  test('the most pressing is a returned one, then the latest that is over and not signed', () => {
    const item = (week: string, state: string) => ({ id: week, week, state })
    const running = item('2026-W47', 'draft')
    expect(mostPressing([running, item('2026-W46', 'accepted'), item('2026-W45', 'draft')], '2026-W47')?.id).toBe('2026-W45')
    expect(mostPressing([running, item('2026-W46', 'draft'), item('2026-W45', 'returned')], '2026-W47')?.id).toBe('2026-W45')
    expect(mostPressing([running], '2026-W47')?.id).toBe('2026-W47')
  })
})

describe('a month', () => {
  test('a town without a rank did not move', () => {
    expect(climbed({ rank: 2, previous_rank: 5 })).toBe(3)
    expect(climbed({ rank: null, previous_rank: 5 })).toBeUndefined()
  })

  test('the county is the sum of parts, and keeps a missing denominator', () => {
    const towns = [{ numbers: { visits: { made: 1, due: 2 }, overdue: { made: 3, due: null } } }, { numbers: { visits: { made: 0, due: 0 }, overdue: { made: 1, due: null } } }]
    expect(total(towns, 'visits')).toEqual({ made: 1, due: 2 })
    expect(total(towns, 'overdue')).toEqual({ made: 4, due: null })
  })

  test('an order is told by its reply, and last month’s by its effect', () => {
    expect(replyState({ reply: null, replied_late: false }).text).toBe('not_replied')
    expect(replyState({ reply: '办了', replied_late: true }).text).toBe('replied_late')
    expect([effectState(true), effectState(false), effectState(null)].map(({ text }) => text)).toEqual(['met', 'unmet', 'not_known'])
  })

  test('a relapse that is overdue, too, is asked about once', () => {
    const brief = (id: string, overdue_days: number) => ({ id, overdue_days }) as Parameters<typeof hot>[0][number]
    expect(hot([brief('a', 2), brief('b', 9), brief('c', 5)], [brief('a', 2)]).map(({ issue: { id }, why }) => `${id} ${why}`)).toEqual(['a relapsed', 'b overdue', 'c overdue'])
  })
})

describe('a trace as one time line', () => {
  const period = (facts: Partial<Period>): Period => ({ role: 'responsible_person', subject: { kind: 'enterprise', id: 'e', name: '砂石场' }, seat: 1, person: { id: 'p', name: '王海' }, from: null, until: null, vacant: false, handover: null, ...facts })
  const lanes = { responsibility: [], visits: [], missing_visits: [], issues: [], orders: [] }
  const visit = (at: string, facts = {}) => ({ id: at, at, result: 'ok', flags: [], photos: [], late: false, corrects_id: null, corrects: null, corrected_by: null, ...facts }) as never

  test('rows are cut at months and where somebody took over, so that bars span whole rows', () => {
    const responsibility = [period({ until: '2026-10-14T16:00:00Z' }), period({ person: null, vacant: true, from: '2026-10-14T16:00:00Z', until: '2026-10-20T16:00:00Z' }), period({ from: '2026-10-20T16:00:00Z', person: { id: 'q', name: '陈立新' } })]
    const { rows: cut, columns } = timeLine({ from: '2026-09-20', until: '2026-11-10', lanes: { ...lanes, responsibility } })
    expect(cut.map(({ from }) => new Date(from + 8 * 3_600_000).toISOString().slice(0, 10))).toEqual(['2026-09-20', '2026-10-01', '2026-10-15', '2026-10-21', '2026-11-01'])
    expect(columns).toHaveLength(1)
    expect(columns[0]!.bars.map(({ from, until, days, isCut }) => [from, until, days, isCut])).toEqual([[0, 2, 25, false], [2, 3, 6, true], [3, 5, 21, true]])
  })

  test('everything stands in the row of its moment; what was owed before stands in the first', () => {
    const missing_visits = [{ enterprise: { id: 'e', code: '', name: '' }, due_on: '2026-08-01', until: null, owed_days: 60, owner: null, vacant: true, level: 3, night: false }]
    const { rows: cut } = timeLine({ from: '2026-09-20', until: '2026-10-10', lanes: { ...lanes, missing_visits, visits: [visit('2026-10-01T01:00:00Z', { result: 'problem' }), visit('2026-09-30T15:59:00Z')] } })
    expect(cut.map((row) => row.visits.map(({ kind }) => kind))).toEqual([['missing', 'visit'], ['visit']])
  })

  test('many visits that found nothing are one line, and one with a hint stands alone', () => {
    const visits = [1, 2, 3, 4, 5, 6].map((n) => visit(`2026-10-0${n}T01:00:00Z`, n === 5 ? { flags: [{ kind: 'off_site' }] } : {}))
    const { rows: [row] } = timeLine({ from: '2026-10-01', until: '2026-10-10', lanes: { ...lanes, visits } })
    expect(row!.visits.map(({ kind }) => kind)).toEqual(['visits', 'visit', 'visit'])
  })

  test('in short, missing visits are told by whose they were', () => {
    const owed = (name: string | null) => ({ owner: name && { id: name, name } }) as never
    expect(inShort({ ...lanes, missing_visits: [owed('王海'), owed(null), owed('王海')] }).owners).toEqual([{ name: '王海', count: 2 }, { name: null, count: 1 }])
  })
})

describe('what waits', () => {
  const item = (facts: Partial<Waiting>) => told({ kind: 'issue', deed: 'issue.accept', id: 'x', state: 'submitted', title: '料堆没盖', ...facts } as Waiting)

  test('leads to the right place, with the deed as its button', () => {
    expect(item({})).toMatchObject({ act: '验收', to: '/issues/x', what: '料堆没盖' })
    const week = { kind: 'weekly_summary' as const, week: '2026-W46', grid: { id: 't', code: '', name: '胡家镇', level: 2 }, reason: '没有写原因' }
    expect(item({ ...week, deed: 'summary.sign', state: 'returned' })).toMatchObject({ act: '去签字', to: '/week/x', what: '胡家镇第46周 11/09–11/15被退回', more: '没有写原因' })
    expect(item({ kind: 'quarantined', deed: 'quarantine.read', id: null, count: 3 })).toMatchObject({ to: '/quarantine', what: '3 条记录没能入账' })
  })

  test('the week so far adds up over towns', () => {
    const town = (patrolled: number) => ({ grid: { id: `${patrolled}`, code: '', name: '', level: 2 }, days: [{ day: '2026-11-16', due: 5, patrolled }, { day: '2026-11-17', due: 0, patrolled: 0 }] })
    expect(perDay([town(3), town(4)])).toEqual([{ day: '2026-11-16', due: 10, patrolled: 7 }, { day: '2026-11-17', due: 0, patrolled: 0 }])
    expect(sum(perDay([town(3), town(4)]))).toEqual({ due: 10, patrolled: 7 })
  })
})
