/** The mark of each state and kind of a record. */
import type { IconName } from '@/shared/Icon.vue'
import type { State as Look } from '@/shared/StateTag.vue'
import type { Kind } from './outbox/contract'
import { isUndecided } from './mend'
import type { OutboxRecord, State } from './outbox/database'

export const LOOKS: Record<State, { look: Look; icon: IconName }> = {
  needs_you: { look: 'bad', icon: 'hand' },
  here: { look: 'wait', icon: 'phone' },
  sending: { look: 'send', icon: 'send' },
  arrived: { look: 'ok', icon: 'check' },
  given: { look: 'wait', icon: 'me' },
  noted: { look: 'none', icon: 'box' },
}

/** An edit has arrived, and somebody has to choose between its value and another's. */
const UNDECIDED: { look: Look; icon: IconName; word: 'state.undecided' } = { look: 'wait', icon: 'people', word: 'state.undecided' }

/** The one state that a row shows. */
export const lookOf = (record: OutboxRecord): { look: Look; icon: IconName; word: 'state.undecided' | `state.${State}` } =>
  (record.state === 'arrived' && isUndecided(record) ? UNDECIDED : { ...LOOKS[record.state], word: `state.${record.state}` })

export const KIND_ICONS: Record<Kind, IconName> = {
  enterprise_proposal: 'shop', edit: 'doc', patrol: 'play', track: 'route', patrol_end: 'stop', inspection: 'doc', issue: 'flag', issue_action: 'camera', day_close: 'week',
}
