/** Which issues wait for this person: to be put right, or to be accepted. No database, no clock. */
import type { Schemas } from '@/shared/api'
import type { Issue } from './known'

type Me = Pick<Schemas['Me'], 'person' | 'duties' | 'permissions'>
export type Task = 'see' | 'fix' | 'look_back' | 'accept'

const TO_FIX = new Set(['assigned', 'rectifying'])

/** `submitted` are issues whose rectification this person reported: somebody else accepts those. */
export function taskOf(issue: Issue, me: Me, submitted: Set<string>, today: string): Task | undefined {
  if (issue.urgent && isOpen(issue) && me.permissions.includes('issue.acknowledge') && !issue.seen.some(({ person }) => person.id === me.person.id)) return 'see'
  if (issue.state === 'closed' && issue.look_back_on && issue.look_back_on <= today && me.permissions.includes('issue.look_back')) return 'look_back'
  if (TO_FIX.has(issue.state) && isForMe(issue, me)) return 'fix'
  if (issue.state === 'submitted' && me.permissions.includes('issue.accept') && !submitted.has(issue.id)) return 'accept'
  return undefined
}

/** Mine by name; or nobody's by name, in a village that I answer for. */
const isForMe = (issue: Issue, me: Me): boolean =>
  issue.owner ? issue.owner.id === me.person.id : me.duties.some(({ subject }) => subject.kind === 'grid' && subject.level === 3 && subject.id === issue.grid_id)

/** Urgent ones, then by the clock that runs out first; what has none comes last. */
export const byClock = (issues: Issue[]): Issue[] => [...issues].sort((a, b) => Number(b.urgent === true) - Number(a.urgent === true) || clock(a).localeCompare(clock(b)))

const clock = ({ state, look_back_on, due_at }: Issue): string => (state === 'closed' ? look_back_on : due_at) ?? '9'

/** Open, as the phone shows issues at their place. */
export const isOpen = ({ state }: Issue): boolean => !['closed', 'looked_back', 'void'].includes(state)
