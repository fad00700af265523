/** What the pages of duties work out: time lines as rows of bars, what a post is, when a change counts. */
import type { Schemas } from '@/shared/api'
import { localDayOf } from '@/shared/format'

export type Term = Schemas['Term']
export type Vacancy = Schemas['Vacancy']
export type Subject = Schemas['Subject']
export type Timeline = Schemas['Timeline']
export type SubjectKind = 'grid' | 'enterprise' | 'unit'

/** Milliseconds; the end is not included. */
export interface Span { from: number; until: number }
export type BarKind = 'held' | 'planned' | 'gap'
export interface Bar extends Span { key: string; kind: BarKind; days: number; isCut: boolean; isOpen: boolean; term?: Term; vacancy?: Vacancy }
export interface Row { key: string; subject: Subject; role: string; seat: number; bars: Bar[] }

const DAY_MS = 86_400_000
const SEATED = new Set(['grid_head', 'responsible_leader', 'responsible_person'])
export const isSeated = (role: string): boolean => SEATED.has(role)

/** The roles that are held for a place, by the kind of it and the level of a grid; those who watch over others apart. */
const ROLES: Record<string, readonly string[]> = {
  grid1: ['grid_head', 'dispatcher', 'enforcement_officer'], grid2: ['grid_head', 'deputy_head', 'grid_officer'], grid3: ['grid_head', 'deputy_head', 'grid_officer'],
  enterprise: ['responsible_leader', 'responsible_person'], unit: ['dept_liaison'],
}
const KEEPERS = ['admin', 'system_admin', 'security_admin', 'auditor'] as const
const ORDER = ['grid_head', 'deputy_head', 'grid_officer', 'responsible_leader', 'responsible_person', 'dept_liaison', 'dispatcher', 'enforcement_officer', ...KEEPERS]

export const rolesOf = ({ kind, level }: Pick<Subject, 'kind' | 'level'>, mayKeep: boolean): readonly string[] => {
  const roles = ROLES[kind === 'grid' ? `grid${level ?? 3}` : kind] ?? []
  return mayKeep && kind === 'grid' && level === 1 ? [...roles, ...KEEPERS] : roles
}

const momentOf = (at: string | null, open: number): number => (at ? Date.parse(at) : open)
const midnight = (day: string): number => Date.parse(`${day}T00:00:00+08:00`)
export const daysOf = ({ from, until }: Span): number => Math.max(1, Math.round((until - from) / DAY_MS))

/** A year back and a month ahead of a day; what is planned further ahead stretches it. */
export function spanAround(items: readonly Pick<Term, 'from' | 'until'>[], now: number = Date.now(), yearsBack = 1): Span {
  const planned = items.flatMap(({ from, until }) => [from, until]).filter((at): at is string => at !== null).map((at) => Date.parse(at))
  const last = Math.max(now, ...planned.filter((at) => at < now + 366 * DAY_MS))
  return { from: now - yearsBack * 365 * DAY_MS, until: last + 31 * DAY_MS }
}

/** The first of each month within a span, as moments. */
export function monthsOf({ from, until }: Span): number[] {
  const [year, month] = localDayOf(from).split('-').map(Number) as [number, number]
  const starts: number[] = []
  for (let n = month; ; n++) {
    const start = Date.UTC(year, n, 1) - 8 * 3_600_000
    if (start >= until) return starts
    starts.push(start)
  }
}

/** Rows of a time line: a place's posts together, the places in the server's order, each seat unbroken. */
export function rowsOf(line: Pick<Timeline, 'items' | 'vacancies' | 'places'>, span: Span, now: number = Date.now()): Row[] {
  const bars = new Map<string, { subject: Subject; role: string; seat: number; bars: Bar[] }>()
  const add = (subject: Subject, role: string, seat: number, bar: Bar) => {
    const key = [subject.id, role, seat].join('/')
    const row = bars.get(key) ?? { subject, role, seat, bars: [] }
    row.bars.push(bar)
    bars.set(key, row)
  }
  for (const term of line.items) add(term.subject, term.role, isSeated(term.role) ? term.seat : 1, barOf(term, span, now))
  for (const vacancy of line.vacancies) add(vacancy.subject, vacancy.role, vacancy.seat, gapOf(vacancy, span, now))
  for (const subject of line.places) for (const gap of withoutOfficer(subject, line.items, span, now)) add(subject, 'grid_officer', 1, gap)
  const rows = [...bars].flatMap(([key, row]) => lanesOf(row.bars.filter(({ from, until }) => until > span.from && from < span.until)).map((own, n) => ({ ...row, key: `${key}/${n}`, bars: own })))
  return rows.sort((a, b) => compared(a, b, line.places))
}

function barOf(term: Term, span: Span, now: number): Bar {
  const from = momentOf(term.from, span.from)
  const until = momentOf(term.until, span.until)
  return { key: term.id, kind: from > now ? 'planned' : 'held', from, until, days: daysOf({ from, until }), isCut: term.handover !== null, isOpen: !term.until, term }
}

function gapOf(vacancy: Vacancy, span: Span, now: number): Bar {
  const from = momentOf(vacancy.from, span.from)
  const until = momentOf(vacancy.until, span.until)
  return { key: `gap/${vacancy.from ?? ''}`, kind: 'gap', from, until, days: daysOf({ from, until: vacancy.until ? until : Math.max(from, Math.min(until, now)) }), isCut: false, isOpen: !vacancy.until, vacancy }
}

/** When a village had nobody to patrol it. Officers have no seats, so the server tells no vacancy of theirs. */
function withoutOfficer(subject: Subject, items: readonly Term[], span: Span, now: number): Bar[] {
  if (subject.kind !== 'grid' || subject.level !== 3) return []
  const held = items.filter((term) => term.role === 'grid_officer' && term.subject.id === subject.id).map((term) => ({ from: momentOf(term.from, span.from), until: momentOf(term.until, span.until) })).sort((a, b) => a.from - b.from)
  const holes: Span[] = []
  let covered = held[0]?.from ?? span.from
  for (const { from, until } of held) {
    if (from > covered) holes.push({ from: covered, until: from })
    covered = Math.max(covered, until)
  }
  if (covered < span.until) holes.push({ from: covered, until: span.until })
  return holes.map(({ from, until }) => gapOf({ subject, role: 'grid_officer', seat: 1, from: held.length ? new Date(from).toISOString() : null, until: until === span.until ? null : new Date(until).toISOString() }, span, now))
}

/** Those who share a role without seats stand one below the other. */
function lanesOf(bars: readonly Bar[]): Bar[][] {
  const lanes: Bar[][] = []
  for (const bar of [...bars].sort((a, b) => a.from - b.from || a.key.localeCompare(b.key))) {
    const free = lanes.find((lane) => lane[lane.length - 1]!.until <= bar.from)
    if (free) free.push(bar)
    else lanes.push([bar])
  }
  return lanes
}

function compared(a: Row, b: Row, places: readonly Subject[]): number {
  const place = (row: Row) => places.findIndex(({ id }) => id === row.subject.id)
  return place(a) - place(b) || ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || a.subject.id.localeCompare(b.subject.id) || a.seat - b.seat || a.key.localeCompare(b.key)
}

/** Where a bar stands in a span, in percent of its width. */
export function placeOf(bar: Span, span: Span): { left: number; width: number } {
  const width = span.until - span.from
  const left = Math.max(0, (bar.from - span.from) / width)
  return { left: left * 100, width: (Math.min(1, (bar.until - span.from) / width) - left) * 100 }
}

export const GAPS = ['vacant_heads', 'too_few_officers', 'without_leader', 'without_person'] as const
export type GapKind = (typeof GAPS)[number]
export interface Gap { kind: GapKind; subject: Subject; role: string; seat: number; days?: number; from: string | null; until: string | null; officers?: number; least?: number }

/** Where nobody answers, by name; the days are counted to the moment that was asked for. */
export function gapsOf(gaps: Schemas['Gaps']): Gap[] {
  const seats = (kind: Exclude<GapKind, 'too_few_officers'>): Gap[] =>
    gaps[kind].map(({ subject, role, seat, from, until }) => ({ kind, subject, role, seat, from, until, ...(from ? { days: daysOf({ from: Date.parse(from), until: Date.parse(gaps.at) }) } : {}) }))
  const few: Gap[] = gaps.too_few_officers.map(({ grid, officers, least }) => ({ kind: 'too_few_officers', subject: { ...grid, kind: 'grid' }, role: 'grid_officer', seat: 1, from: null, until: null, officers, least }))
  return [...seats('vacant_heads'), ...few, ...seats('without_leader'), ...seats('without_person')]
}

export const gapCount = ({ counts }: Pick<Schemas['Gaps'], 'counts'>): number => GAPS.reduce((all, kind) => all + counts[kind], 0)

/** The moment that stands for a day: its noon, so that what begins or ends in the morning counts. */
export const noonOf = (day: string): string => `${day}T12:00:00+08:00`

export type When = 'now' | 'later' | 'past'
export interface Dated { when: When; day: string }
export const dayAfter = (day: string, n = 1): string => localDayOf(midnight(day) + n * DAY_MS)

export type MissingWhen = 'day' | 'reason' | 'higher_role'
/** What is still to be told of when a change counts: the past is for a higher role, and needs a reason. */
export function missingWhen({ when, day }: Dated, reason: string, mayBackDate: boolean): MissingWhen | undefined {
  if (when === 'past' && !mayBackDate) return 'higher_role'
  if (when !== 'now' && !day) return 'day'
  return when === 'past' && !reason.trim() ? 'reason' : undefined
}

/** The `from` or `at` of a request; none means now. */
export const momentTold = ({ when, day }: Dated): string | undefined => (when === 'now' || !day ? undefined : day)

export const linkOf = ({ kind, id }: { kind: string; id: string }): string => `/duties/${kind}/${id}`
