/** How both clients write numbers, ratios, dates and clocks. Nothing else formats. */
import { language, say } from './i18n'

const ZONE = 'Asia/Shanghai'
const MISSING = '—'
const HOUR_MS = 3_600_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

type Moment = string | number | Date
interface Day { year: number; month: number; day: number }

/** 1246 → "1,246"; a missing value is "—", zero is "0". */
export const count = (n: number | null | undefined): string => (n == null ? MISSING : n.toLocaleString('en-US'))

/** 104 of 110 → "94.5%". A zero denominator is "—", never 0 % or 100 %. Show the parts beside it. */
export const ratio = (made: number, due: number, digits = 1): string =>
  due === 0 ? MISSING : `${((made / due) * 100).toFixed(digits)}%`

/** "104 / 110" */
export const parts = (made: number, due: number): string => `${count(made)} / ${count(due)}`

export const distance = (metres: number): string =>
  metres < 1000 ? say('format.metres', { n: Math.round(metres) }) : say('format.kilometres', { n: (metres / 1000).toFixed(1) })

/** Bytes as people read them on a phone: "46 MB", "1.9 GB". */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`
  return `${Math.ceil(bytes / 1e3)} KB`
}

/** "11/20 15:42" in Beijing time; the year only when it is another than now's. */
export function moment(at: Moment, now: Moment = Date.now()): string {
  return `${date(at, now)} ${timeOfDay(at)}`
}

/** "11/20", with the year when it is another than now's. Takes moments; for local dates see `localDate`. */
export const date = (at: Moment, now: Moment = Date.now()): string => monthAndDay(local(at), local(now).year)

/** A local date of the API, "2026-11-20" → "11/20". */
export const localDate = (day: string, now: Moment = Date.now()): string => monthAndDay(parsed(day), local(now).year)

/** "11月20日 周五" */
export function dayAndWeekday(at: Moment): string {
  const { year, month, day } = local(at)
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7
  const name = say(`format.weekday_${weekday as 1 | 2 | 3 | 4 | 5 | 6 | 7}`)
  return say('format.day_and_weekday', { month: isEnglish() ? MONTHS[month - 1]! : month, day, weekday: name })
}

/** "15:42", or "15:42:07" where the second is the proof that something was just kept. */
export const timeOfDay = (at: Moment, seconds = false): string =>
  formatted(at, { hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}), hourCycle: 'h23' })

/** "2026-W47" → "第47周 11/16–11/22" */
export function week(isoWeek: string): string {
  const { number, monday, sunday } = weekDays(isoWeek)
  return say('format.week', { week: number, from: monthAndDay(monday, monday.year), until: monthAndDay(sunday, monday.year) })
}

/** "2026-11" → "2026年11月" */
export function month(isoMonth: string): string {
  const [year, number] = isoMonth.split('-').map(Number) as [number, number]
  return say('format.month', { year, month: isEnglish() ? MONTHS[number - 1]! : number })
}

/** "2026-W47" of any moment, by the local calendar. */
export function isoWeekOf(at: Moment): string {
  const { year, month, day } = local(at)
  const thursday = new Date(Date.UTC(year, month - 1, day))
  thursday.setUTCDate(day + 4 - (thursday.getUTCDay() || 7))
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const number = 1 + Math.floor((thursday.getTime() - first) / (7 * 24 * HOUR_MS))
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`
}

/** "2026-11-20": the local day of a moment, as the API writes it. */
export function localDayOf(at: Moment): string {
  const { year, month, day } = local(at)
  return `${year}-${two(month)}-${two(day)}`
}

/** What is left of a clock: "还剩 15 小时", "已超 6 天"; wait under 48 h, bad only after. */
export function left(due: Moment, now: Moment = Date.now()): { text: string; state: 'ok' | 'wait' | 'bad' } {
  const hours = (new Date(due).getTime() - new Date(now).getTime()) / HOUR_MS
  const time = duration(Math.abs(hours))
  if (hours < 0) return { text: say('format.over', { time }), state: 'bad' }
  return { text: say('format.left', { time }), state: hours < 48 ? 'wait' : 'ok' }
}

/** How long since, for what runs by the minute: "刚刚", "14 分钟前", "3 小时前", "2 天前". */
export function ago(at: Moment, now: Moment = Date.now()): string {
  const minutes = Math.floor((new Date(now).getTime() - new Date(at).getTime()) / 60_000)
  if (minutes < 1) return say('format.just_now')
  return say('format.ago', { time: minutes < 60 ? say('format.minutes', { n: minutes }) : duration(minutes / 60) })
}

export const asOf = (at: Moment): string => say('format.as_of', { moment: moment(at) })

function duration(hours: number): string {
  if (hours < 48) return say('format.hours', { n: Math.max(1, Math.round(hours)) })
  const days = Math.floor(hours / 24)
  return say('format.days', { n: days }, days)
}

function weekDays(isoWeek: string): { number: number; monday: Day; sunday: Day } {
  const [year, number] = isoWeek.split('-W').map(Number) as [number, number]
  const fourth = new Date(Date.UTC(year, 0, 4)) // 4 January always lies in week 1
  const monday = Date.UTC(year, 0, 4 - ((fourth.getUTCDay() + 6) % 7) + (number - 1) * 7)
  return { number, monday: ofUtc(monday), sunday: ofUtc(monday + 6 * 24 * HOUR_MS) }
}

function monthAndDay({ year, month, day }: Day, thisYear: number): string {
  if (isEnglish()) return `${day} ${MONTHS[month - 1]}${year === thisYear ? '' : ` ${year}`}`
  return `${year === thisYear ? '' : `${year}/`}${two(month)}/${two(day)}`
}

function ofUtc(at: number): Day {
  const d = new Date(at)
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate() }
}

function local(at: Moment): Day {
  return parsed(new Date(new Date(at).getTime() + 8 * HOUR_MS).toISOString())
}

function parsed(day: string): Day {
  const [year, month, date] = day.slice(0, 10).split('-').map(Number) as [number, number, number]
  return { year, month, day: date }
}

const formatted = (at: Moment, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, ...options }).format(new Date(at))
const two = (n: number): string => String(n).padStart(2, '0')
const isEnglish = (): boolean => language.value === 'en'
