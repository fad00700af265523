/** How the ledger is put in order, and where in it an issue stands. */
import type { Schemas } from '@/shared/api'

export type Issue = Schemas['Issue']

/** The lists that people work from, in the order of a working day. */
export const PRESETS = ['open', 'urgent', 'overdue', 'due_soon', 'waiting_assign', 'to_accept', 'to_close', 'relapsed', 'look_back_due', 'closed'] as const
export type Preset = (typeof PRESETS)[number]

export const isPreset = (name: unknown): name is Preset => PRESETS.some((preset) => preset === name)

const OPEN = new Set(['found', 'assigned', 'rectifying', 'submitted', 'accepted'])
export const isOpen = ({ state }: Pick<Issue, 'state'>): boolean => OPEN.has(state)

/** The clock that runs for an issue: its deadline while it is open, the look-back after it was closed. */
export function clockOf(issue: Pick<Issue, 'state' | 'due_at' | 'look_back_on'>): string | null {
  if (isOpen(issue)) return issue.due_at
  return issue.state === 'closed' ? issue.look_back_on && endOfDay(issue.look_back_on) : null
}

/** The end of a local day, as a moment: the day itself is included. */
export const endOfDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString()

/** The least time left first; then what is open without a clock, the oldest first; then the rest, the latest first. */
export const byTimeLeft = (issues: readonly Issue[]): Issue[] => [...issues].sort((a, b) => compared(keyOf(a), keyOf(b)))

type Sortable = readonly [number, number]

function keyOf(issue: Issue): Sortable {
  const clock = clockOf(issue)
  const found = Date.parse(issue.occurred_at)
  if (clock) return [0, Date.parse(clock)]
  return isOpen(issue) ? [1, found] : [2, -found]
}

const compared = (a: Sortable, b: Sortable): number => a[0] - b[0] || a[1] - b[1]

const STAGES = ['found', 'assigned', 'rectifying', 'submitted', 'accepted', 'closed']

/** Of six steps, how many an issue has reached; a void one none. */
export const stageOf = (state: string): number => (state === 'looked_back' ? STAGES.length : STAGES.indexOf(state) + 1)
