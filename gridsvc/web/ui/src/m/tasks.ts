/** Which issues wait for this person: to be put right, or to be accepted. No database, no clock. */
import type { Schemas } from '@/shared/api'
import type { Issue } from './known'

type Me = Pick<Schemas['Me'], 'person' | 'duties' | 'permissions'>
export type Task = 'fix' | 'accept'

const TO_FIX = new Set(['assigned', 'rectifying'])

/** `submitted` are issues whose rectification this person reported: somebody else accepts those. */
export function taskOf(issue: Issue, me: Me, submitted: Set<string>): Task | undefined {
  if (TO_FIX.has(issue.state) && isForMe(issue, me)) return 'fix'
  if (issue.state === 'submitted' && me.permissions.includes('issue.accept') && !submitted.has(issue.id)) return 'accept'
  return undefined
}

/** Mine by name; or nobody's by name, in a village that I answer for. */
const isForMe = (issue: Issue, me: Me): boolean =>
  issue.owner ? issue.owner.id === me.person.id : me.duties.some(({ subject }) => subject.kind === 'grid' && subject.level === 3 && subject.id === issue.grid_id)

/** By the clock that runs out first; what has none comes last. */
export const byClock = (issues: Issue[]): Issue[] => [...issues].sort((a, b) => (a.due_at ?? '9').localeCompare(b.due_at ?? '9'))

/** Open, as the phone shows issues at their place. */
export const isOpen = ({ state }: Issue): boolean => !['closed', 'looked_back', 'void'].includes(state)
