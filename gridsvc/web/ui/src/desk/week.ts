/** What the page of a week works out: ratios, what got worse, whether records agree with their number. */
import type { Schemas } from '@/shared/api'
import { localDayOf } from '@/shared/format'

export interface Figure { made: number; due: number | null }
export interface Counted extends Figure { records: { kind: string; id: string }[] }
export type Numbers = Record<string, Counted>
export interface GridDays { grid: { id: string; name: string }; days: DayCell[] }
export interface DayCell { day: string; due: boolean; patrolled: boolean; closed: boolean; problems: number; on_leave: boolean }
export type Brief = Schemas['Brief']
type Exception = Schemas['Exception']

export const NUMBERS = ['patrol_days', 'visits', 'problems_found', 'closed_on_time', 'issues_opened', 'issues_closed', 'overdue', 'relapsed', 'orders_replied'] as const
export type NumberKey = (typeof NUMBERS)[number]

export interface Row { key: NumberKey; now: Counted; last: Figure | undefined; trend: number[]; isWorse: boolean }

const LESS_IS_BETTER = new Set<string>(['overdue', 'relapsed'])
/** More or fewer of these says nothing about the work. */
const NEUTRAL = new Set<string>(['problems_found', 'issues_opened', 'issues_closed'])
export const isBad = (key: string, made: number): boolean => LESS_IS_BETTER.has(key) && made > 0

/** What a trend draws: the share where something was due, else the count; nothing for 0 of 0. */
export const valueOf = ({ made, due }: Figure): number | undefined => (due === null ? made : due === 0 ? undefined : made / due)

export function rows(numbers: Numbers, history: { week: string; numbers: Record<string, Figure> }[]): Row[] {
  return NUMBERS.filter((key) => key in numbers).map((key) => {
    const now = numbers[key]!
    const before = history.map((week) => week.numbers[key]).filter((figure): figure is Figure => figure !== undefined)
    const last = before[before.length - 1]
    const trend = [...before.slice(1 - TREND_WEEKS), now].map(valueOf).filter((value): value is number => value !== undefined)
    return { key, now, last, trend, isWorse: isWorse(key, now, last) }
  })
}
const TREND_WEEKS = 6

export function isWorse(key: string, now: Figure, last: Figure | undefined): boolean {
  const then = last && valueOf(last)
  const value = valueOf(now)
  if (then === undefined || value === undefined || NEUTRAL.has(key)) return false
  return LESS_IS_BETTER.has(key) ? value > then : value < then
}

/** Each record once: a patrol may stand behind several numbers. */
export const recordCount = (numbers: Numbers): number =>
  new Set(Object.values(numbers).flatMap(({ records }) => records.map(({ kind, id }) => `${kind}/${id}`))).size

/** Whether the records that were read say the same as the number: patrols are counted by grid and day. */
export function agrees(key: string, figure: Figure, briefs: readonly Pick<Brief, 'at' | 'grid'>[]): boolean {
  if (key !== 'patrol_days') return briefs.length === figure.made
  return new Set(briefs.map(({ at, grid }) => `${String(grid.id)} ${localDayOf(at)}`)).size === figure.made
}

/** What still needs a word before the week can be signed. */
export const wordless = (exceptions: readonly Exception[]): Exception[] => exceptions.filter(({ needs_word, word }) => needs_word && !word.trim())

export type CellState = 'made' | 'missing' | 'leave' | 'rest' | 'ahead'

/** How a day of a grid is drawn. A day that is not over is never missing. */
export function cellState(cell: DayCell, today: string = localDayOf(new Date())): CellState {
  if (cell.patrolled || cell.closed) return 'made'
  if (cell.due) return 'missing'
  if (cell.on_leave) return 'leave'
  return cell.day >= today ? 'ahead' : 'rest'
}

type Item = Pick<Schemas['SummaryItem'], 'id' | 'week' | 'state'>

/** The week to open first: one that was returned, else the latest that is over and not signed, else the latest over. */
export function mostPressing<T extends Item>(items: readonly T[], runningWeek: string): T | undefined {
  const latest = [...items].filter(({ week }) => week < runningWeek).sort((a, b) => (a.week < b.week ? 1 : -1))
  return latest.find(({ state }) => state === 'returned') ?? latest.find(({ state }) => state === 'draft') ?? latest[0] ?? items[0]
}
