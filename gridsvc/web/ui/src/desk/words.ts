/** The words for what the server names by a key. A key that is newer than this page gets an honest general word. */
import { knows } from '@/shared/i18n'
import type { State } from '@/shared/StateTag.vue'
import { say } from './text'

type Kind = 'category' | 'severity' | 'source' | 'state' | 'action' | 'deed' | 'number' | 'result' | 'flag' | 'class' | 'object' | 'kind' | 'purpose' | 'due_kind'

export function word(kind: Kind, key: string): string {
  const path = kind === 'flag' ? `evidence.kind.${key}` : `words.${kind}.${key}`
  return say(knows(path) ? (path as 'words.other') : 'words.other')
}

const STATES: Record<string, State> = {
  found: 'wait', assigned: 'send', rectifying: 'send', submitted: 'wait', accepted: 'wait', closed: 'ok', looked_back: 'ok', void: 'none',
}

/** How a state of an issue is drawn. */
export const issueState = (state: string): State => STATES[state] ?? 'none'
