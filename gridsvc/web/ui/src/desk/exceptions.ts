/** What is unusual about a week, as a sentence: grids by name and day, the rest by name. */
import type { Schemas } from '@/shared/api'
import { language, say as shared } from '@/shared/i18n'
import { count, localDate } from '@/shared/format'
import { say } from './text'
import { word } from './words'

interface Ref { id: string; name: string }
interface Item {
  grid?: Ref | null; days?: string[]
  issue?: { id: string; number: string; description: string }; overdue_days?: number | null
  enterprise?: Ref; due_on?: string
  flag?: string; count?: number
  kind?: string; id?: string
}
export const itemsOf = (exception: Schemas['Exception']): Item[] => exception.items as Item[]

const list = (parts: string[]): string => parts.join(language.value === 'en' ? ', ' : '、')
const weekday = (day: string): string => shared(`format.weekday_${(new Date(`${day}T00:00:00Z`).getUTCDay() || 7) as 1}`)

/** One item as people say it: "红岩村（周二、周三）". */
export function itemText(item: Item): string {
  if (item.days) return say('week.by_days', { grid: item.grid?.name ?? '—', days: list(item.days.map(weekday)) })
  if (item.issue) return [item.issue.description, item.grid?.name].filter(Boolean).join(' · ')
  if (item.enterprise) return [item.enterprise.name, item.grid?.name].filter(Boolean).join(' · ')
  if (item.flag) return `${word('flag', item.flag)} ${count(item.count)}`
  return word('kind', item.kind ?? '')
}

/** What stands beside an item: how long it is overdue, or when it was due. */
export function itemMore(item: Item): string {
  if (item.overdue_days != null) return say('week.overdue_days', { n: item.overdue_days }, item.overdue_days)
  return item.due_on ? say('week.was_due', { day: localDate(item.due_on) }) : ''
}

const SHOWN = 6

/** The whole exception in a line, or as much of it as fits. */
export function summary(exception: Schemas['Exception']): string {
  const items = itemsOf(exception)
  if (exception.key === 'flags') return `${list(items.map(itemText))}${say('week.only_a_hint')}`
  if (exception.key === 'late_records') return say('week.late_more')
  const told = list(items.slice(0, SHOWN).map((item) => (exception.key === 'unvisited' ? (item.enterprise?.name ?? '—') : itemText(item))))
  return items.length > SHOWN ? say('week.and_others', { told, n: items.length }) : told
}

export type ExceptionKey = 'not_reported' | 'overdue' | 'relapsed' | 'unvisited' | 'late_records' | 'flags'

/** "5 个网格 6 天" for silent grids, "3 件" for issues. */
export function amount(exception: Schemas['Exception']): string {
  const n = exception.count
  if (exception.key === 'not_reported') return say('week.amount.not_reported', { grids: exception.items.length, n }, n)
  return say(`week.amount.${exception.key as Exclude<ExceptionKey, 'not_reported'>}`, { n }, n)
}
