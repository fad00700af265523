/** How a record of the outbox is told: one line that says what happens next, and the number that people quote. */
import { moment, timeOfDay } from '@/shared/format'
import { knows, language } from '@/shared/i18n'
import { sentenceOf } from '@/shared/problems'
import type { Ending } from './mend'
import type { OutboxRecord } from './outbox/database'
import { say } from './text'

const QUOTED = 8

/** The end of the record's id, in two halves: what it says first is only the time. */
export const quoted = (id: string): string => id.replace(/-/g, '').slice(-QUOTED).toUpperCase().replace(/(.{4})(?=.)/, '$1-')

/** What the row says under its name: why it waits, what a person must do, or the proof that it arrived. */
export function more(record: OutboxRecord): string {
  const photos = { arrived: record.photos_arrived, total: record.photos_total }
  switch (record.state) {
    case 'needs_you': return inShort(record)
    case 'given': return say('records.given')
    case 'noted': return say(record.corrected_by ? 'records.corrected' : 'records.noted')
    case 'sending': return record.receipt && record.photos_total ? say('records.photos_go_on', photos) : say('records.going')
    case 'here': return waiting(record)
    case 'arrived': return [...(record.ending ? [ended(record.ending)] : []), say('records.number', { number: quoted(record.id) }), say('records.arrived_at', { moment: moment(record.arrived_at!) }), ...(record.photos_total ? [say('records.photos', photos)] : [])].join(' · ')
  }
}

export const fieldName = (field: string): string =>
  (knows(`records.field.${field}`) ? say(`records.field.${field}` as 'records.field.address') : field)

/** What came of an edit: told in one sentence. */
export function ended({ state, overlaps }: Ending): string {
  const fields = overlaps.map(({ field }) => fieldName(field)).join(language.value === 'en' ? ', ' : '、')
  if (state !== 'settled') return say(`records.ending.${state}`, { fields })
  const taken = new Set(overlaps.map(({ choice }) => choice))
  return say(taken.size > 1 ? 'records.ending.some' : taken.has('to') ? 'records.ending.yours' : 'records.ending.theirs', { fields })
}

/** What happened and what to do; what is safe is on the page behind. */
function inShort({ problem }: OutboxRecord): string {
  const { what, todo } = sentenceOf(problem)
  return [what, todo].join(language.value === 'en' ? ' ' : '')
}

function waiting(record: OutboxRecord): string {
  if (record.verdict === 'held') return say('records.held')
  const photos = record.photos_total ? [say('records.photos', { arrived: record.photos_arrived, total: record.photos_total })] : []
  const why = record.attempts && record.next_at > Date.now() ? say('records.next_try', { time: timeOfDay(record.next_at) }) : say('records.waiting')
  return [...photos, why].join(' · ')
}
