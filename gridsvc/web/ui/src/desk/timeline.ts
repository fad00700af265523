/**
 * A trace as one vertical time line. Rows are cut at every month and wherever somebody took over or left, so that
 * each bar of responsibility spans whole rows and nothing that happened stands beside the wrong person.
 */
import type { Schemas } from '@/shared/api'
import { localDayOf } from '@/shared/format'

type Trace = Schemas['Trace']
type Lanes = Trace['lanes']
export type Period = Lanes['responsibility'][number]
export type Visit = Lanes['visits'][number]
export type Missing = Lanes['missing_visits'][number]
export type TracedIssue = Lanes['issues'][number]
export type TracedAction = TracedIssue['actions'][number]
export type TracedOrder = Lanes['orders'][number]

export type Happening =
  | { kind: 'visit'; at: number; id: string; visit: Visit }
  | { kind: 'visits'; at: number; id: string; visits: Visit[] }
  | { kind: 'missing'; at: number; id: string; missing: Missing }
  | { kind: 'found'; at: number; id: string; issue: TracedIssue }
  | { kind: 'action'; at: number; id: string; issue: TracedIssue; action: TracedAction }
  | { kind: 'order' | 'reply'; at: number; id: string; order: TracedOrder }

export interface Row { from: number; until: number; startsMonth: boolean; visits: Happening[]; issues: Happening[] }
/** Rows are counted from 0; `until` is the row after the last. */
export interface Bar { period: Period; from: number; until: number; days: number; isCut: boolean }
export interface Column { key: string; role: string; subject: string; bars: Bar[] }
export interface TimeLine { rows: Row[]; columns: Column[] }

const DAY_MS = 86_400_000
const MOST_COLUMNS = 4
const GROUP_FROM = 4

const midnight = (day: string): number => Date.parse(`${day}T00:00:00+08:00`)

export function timeLine(trace: Pick<Trace, 'from' | 'until' | 'lanes'>): TimeLine {
  const begins = midnight(trace.from)
  const ends = midnight(trace.until) + DAY_MS
  const shown = columnsOf(trace.lanes.responsibility)
  const rows = rowsOf(begins, ends, [...shown.values()].flat())
  place(rows, visitsOf(trace.lanes), 'visits')
  place(rows, issuesOf(trace.lanes), 'issues')
  for (const row of rows) row.visits = grouped(row.visits)
  return { rows, columns: [...shown].map(([key, periods]) => columnOf(key, periods, rows)) }
}

/** The nearest answer first, as the server tells them. Those who share a role without seats stand side by side. */
function columnsOf(periods: readonly Period[]): Map<string, Period[]> {
  const columns = new Map<string, Period[]>()
  for (const period of periods) {
    const seat = period.role === 'grid_officer' || period.role === 'deputy_head' ? period.person?.id : period.seat
    const key = [period.subject.id, period.role, seat].join('/')
    if (!columns.has(key) && columns.size === MOST_COLUMNS) continue
    columns.set(key, [...(columns.get(key) ?? []), period])
  }
  return columns
}

function rowsOf(begins: number, ends: number, periods: readonly Period[]): Row[] {
  const edges = periods.flatMap(({ from, until }) => [from, until]).filter((edge): edge is string => edge !== null).map((edge) => Date.parse(edge))
  const months = monthsWithin(begins, ends)
  const cuts = [...new Set([begins, ...months, ...edges])].filter((cut) => cut >= begins && cut < ends).sort((a, b) => a - b)
  const monthStarts = new Set([begins, ...months])
  return cuts.map((from, n) => ({ from, until: cuts[n + 1] ?? ends, startsMonth: monthStarts.has(from), visits: [], issues: [] }))
}

function monthsWithin(begins: number, ends: number): number[] {
  const [year, month] = localDayOf(begins).split('-').map(Number) as [number, number]
  const starts: number[] = []
  for (let n = month; ; n++) {
    const start = Date.UTC(year, n, 1) - 8 * 3_600_000
    if (start >= ends) return starts
    starts.push(start)
  }
}

function visitsOf({ visits, missing_visits }: Lanes): Happening[] {
  return [
    ...visits.map((visit) => ({ kind: 'visit' as const, at: Date.parse(visit.at), id: visit.id, visit })),
    ...missing_visits.map((missing) => ({ kind: 'missing' as const, at: midnight(missing.due_on), id: `${missing.enterprise.id}${missing.due_on}`, missing })),
  ]
}

function issuesOf({ issues, orders }: Lanes): Happening[] {
  return [
    ...issues.map((issue) => ({ kind: 'found' as const, at: Date.parse(issue.opened), id: issue.id, issue })),
    ...issues.flatMap((issue) => issue.actions.map((action) => ({ kind: 'action' as const, at: Date.parse(action.at), id: action.id, issue, action }))),
    ...orders.map((order) => ({ kind: 'order' as const, at: Date.parse(order.issued_at), id: order.id, order })),
    ...orders.filter(({ replied_at }) => replied_at).map((order) => ({ kind: 'reply' as const, at: Date.parse(order.replied_at!), id: `${order.id}reply`, order })),
  ]
}

/** What was due before the span and is owed in it stands in its first row. */
function place(rows: Row[], happenings: Happening[], lane: 'visits' | 'issues'): void {
  for (const one of [...happenings].sort((a, b) => a.at - b.at)) {
    const row = rows.find(({ until }) => one.at < until) ?? rows[rows.length - 1]
    row?.[lane].push(one)
  }
}

const isPlain = (one: Happening): one is Extract<Happening, { kind: 'visit' }> =>
  one.kind === 'visit' && one.visit.kind !== 'formal' && one.visit.result === 'ok' && !one.visit.flags.length && !one.visit.photos.length && !one.visit.late && !one.visit.corrects && !one.visit.corrected_by

/** Many visits in a row that found nothing become one line. */
function grouped(happenings: readonly Happening[]): Happening[] {
  const found: Happening[] = []
  let run: Extract<Happening, { kind: 'visit' }>[] = []
  const end = () => {
    const first = run[0]
    if (first && run.length >= GROUP_FROM) found.push({ kind: 'visits', at: first.at, id: first.id, visits: run.map(({ visit }) => visit) })
    else found.push(...run)
    run = []
  }
  for (const one of happenings) {
    if (isPlain(one)) run.push(one)
    else {
      end()
      found.push(one)
    }
  }
  end()
  return found
}

function columnOf(key: string, periods: readonly Period[], rows: readonly Row[]): Column {
  const [first] = periods
  const bars = periods.map((period) => barOf(period, rows)).filter(({ from, until }) => from < until)
  return { key, role: first!.role, subject: first!.subject.name, bars }
}

function barOf(period: Period, rows: readonly Row[]): Bar {
  const begins = rows[0]?.from ?? 0
  const ends = rows[rows.length - 1]?.until ?? 0
  const from = period.from ? Date.parse(period.from) : begins
  const until = period.until ? Date.parse(period.until) : ends
  const first = rows.findIndex((row) => row.until > from)
  const after = rows.findIndex((row) => row.from >= until)
  return {
    period, days: Math.max(1, Math.round((Math.min(until, ends) - Math.max(from, begins)) / DAY_MS)), isCut: from > begins,
    from: first < 0 ? rows.length : first, until: after < 0 ? rows.length : after,
  }
}

export interface InShort { visits: number; missing: number; issues: number; relapses: number; vacancies: number; owners: { name: string | null; count: number }[] }

/** The trace in numbers; `owners` says whose the missing visits are, most first. */
export function inShort({ visits, missing_visits, issues, responsibility }: Lanes): InShort {
  const owners = new Map<string | null, number>()
  for (const { owner } of missing_visits) owners.set(owner?.name ?? null, 1 + (owners.get(owner?.name ?? null) ?? 0))
  return {
    visits: visits.filter(({ corrects }) => !corrects).length, missing: missing_visits.length, issues: issues.length,
    relapses: issues.reduce((all, { relapses }) => all + relapses, 0),
    vacancies: responsibility.filter(({ vacant }) => vacant).length,
    owners: [...owners].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
  }
}
