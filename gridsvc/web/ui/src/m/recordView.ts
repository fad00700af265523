/** How a record of the outbox is told: one line that says what happens next. */
import { moment } from '@/shared/format'
import { line, sentenceOf } from '@/shared/problems'
import type { OutboxRecord } from './outbox/database'
import { say } from './text'

/** What the row says under its name: why it waits, what a person must do, or the proof that it arrived. */
export function more(record: OutboxRecord): string {
  const photos = { arrived: record.photos_arrived, total: record.photos_total }
  switch (record.state) {
    case 'needs_you': return line(sentenceOf(record.problem))
    case 'sending': return record.photos_total ? say('records.photos_go_on', photos) : say('state.sending')
    case 'here': return say(record.verdict === 'held' ? 'records.held' : 'records.waiting')
    case 'arrived': return [say('records.arrived_at', { moment: moment(record.arrived_at!) }), ...(record.photos_total ? [say('records.photos', photos)] : [])].join(' · ')
  }
}
