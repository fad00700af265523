/** How a record of the outbox is shown: one state, one mark, one line that says what happens next. */
import type { IconName } from '@/shared/Icon.vue'
import type { State as Look } from '@/shared/StateTag.vue'
import { moment } from '@/shared/format'
import { line, sentenceOf } from '@/shared/problems'
import type { Kind } from './outbox/contract'
import type { OutboxRecord, State } from './outbox/database'
import { say } from './text'

export const LOOKS: Record<State, { look: Look; icon: IconName }> = {
  needs_you: { look: 'bad', icon: 'hand' },
  here: { look: 'wait', icon: 'phone' },
  sending: { look: 'send', icon: 'send' },
  arrived: { look: 'ok', icon: 'check' },
}

export const KIND_ICONS: Record<Kind, IconName> = {
  patrol: 'play', track: 'route', patrol_end: 'stop', inspection: 'doc', issue: 'flag', issue_action: 'camera', day_close: 'week',
}

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
