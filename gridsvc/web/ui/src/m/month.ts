/** Somebody's month, put together of what the server told and what this phone made. No database, no clock. */
import type { Schemas } from '@/shared/api'
import { localDayOf, timeOfDay } from '@/shared/format'
import { resultOf as answered, visitsOf } from './corrections'
import type { OutboxRecord } from './outbox/database'

export type Month = Schemas['OwnMonth']

/** One line of the file: a patrol, a visit or another record, with its receipt if this phone holds it. */
export interface Entry { id: string; at: string; kind: string; title: string; result: string; record?: OutboxRecord }

const MONTHS_BACK = 24

/** A month before or after, such as 2026-10; nothing beyond the running one, or further back than anybody asks. */
export function monthBeside(month: string, steps: 1 | -1, running: string): string | undefined {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + steps
  const back = Number(running.slice(0, 4)) * 12 + Number(running.slice(5)) - 1 - count
  return back < 0 || back > MONTHS_BACK ? undefined : `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`
}

const SHOWN = new Set(['patrol', 'inspection', 'issue', 'issue_action', 'day_close', 'enterprise_proposal'])

/** Each once, the latest first: what this phone made, and what the server knows of the other phones. */
export function entries(month: string, known: Month | undefined, records: OutboxRecord[]): Entry[] {
  const own = records.filter(({ kind, made_at }) => SHOWN.has(kind) && localDayOf(made_at).startsWith(month))
  const told = new Set(own.map(({ id }) => id))
  const here = own.map((record): Entry => ({ id: record.id, at: record.made_at, kind: record.kind, title: record.title, result: resultOf(record), record }))
  const patrols = (known?.patrols ?? []).map((one): Entry => ({ id: one.id, at: one.occurred_at, kind: 'patrol', title: one.grid.name, result: '' }))
  const visits = (known?.visits ?? []).map((one): Entry => ({ id: one.id, at: one.occurred_at, kind: 'inspection', title: one.enterprise.name, result: one.result }))
  const elsewhere = [...patrols, ...visits].filter(({ id }) => !told.has(id))
  return [...here, ...elsewhere].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}

const resultOf = ({ kind, body }: OutboxRecord): string =>
  kind !== 'inspection' ? '' : answered(body.answers as { result: string }[])

export interface Totals { days: number; patrols: number; visits: number; problems: number; issues: number }

export function totals(all: Entry[]): Totals {
  const of = (kind: string) => all.filter((entry) => entry.kind === kind)
  const visits = visitsOf(of('inspection').map((entry) => ({ ...entry, corrects: (entry.record?.body.corrects_id as string | undefined) ?? null })))
  return {
    days: new Set(all.map(({ at }) => localDayOf(at))).size,
    patrols: of('patrol').length,
    visits: visits.length,
    problems: visits.filter(({ result }) => result === 'problem').length,
    issues: of('issue').length,
  }
}

/** The month as CSV that a spreadsheet opens in Chinese. `heads` are the names of the columns, `word` says kinds and states. */
export function asCsv(all: Entry[], heads: string[], word: (entry: Entry) => { kind: string; result: string; state: string; receipt: string }): string {
  const rows = all.map((entry) => {
    const { kind, result, state, receipt } = word(entry)
    return [localDayOf(entry.at), timeOfDay(entry.at), kind, entry.title, result, state, receipt, String(entry.record?.receipt?.audit_seq ?? '')]
  })
  return '\ufeff' + [heads, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

/** What a spreadsheet would take for a formula begins with a quote. */
const cell = (text: string): string => {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
