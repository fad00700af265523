/** Corrections: new entries that name the old one. Both stay; a visit counts once, by what was said of it last. No database, no clock. */
import type { LogAnswer, PastVisit } from './known'
import type { OutboxRecord } from './outbox/database'

export interface LogEntry { id: string; at: string; result: string; corrects: string | null; kind?: string }

export const resultOf = (answers: { result: string }[]): string => (answers.some(({ result }) => result === 'problem') ? 'problem' : 'ok')

export const ofRecord = ({ id, made_at, body }: OutboxRecord): LogEntry =>
  ({ id, at: made_at, result: resultOf(body.answers as LogAnswer[]), corrects: (body.corrects_id as string | undefined) ?? null, kind: body.kind as string | undefined })

export const ofPast = ({ id, occurred_at, result, corrects_id, kind }: PastVisit): LogEntry => ({ id, at: occurred_at, result, corrects: corrects_id, kind })

/** What corrects an entry, by its id: the last one, should there be two. */
export const correctors = <E extends LogEntry>(entries: E[]): Map<string, E> =>
  new Map([...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).filter(({ corrects }) => corrects).map((entry) => [entry.corrects!, entry]))

/** The visits among entries of the log, each once, with what is held of it. A formal inspection is none. */
export function visitsOf<E extends LogEntry>(entries: E[]): E[] {
  const by = correctors(entries)
  return entries.filter(({ corrects, kind }) => !corrects && kind !== 'formal').map((first) => {
    let last = first
    for (let next = by.get(first.id); next; next = by.get(next.id)) last = next
    return { ...first, result: last.result }
  })
}
