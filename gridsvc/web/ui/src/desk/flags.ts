/** What a flag says, in words. Its evidence are facts of the server; nothing here judges. */
import { knows } from '@/shared/i18n'
import type { Schemas } from '@/shared/api'
import { say } from './text'

export type Flag = Schemas['Flag']
export type Case = Schemas['Case']

/** A kind whose facts differ says so under another key. */
const keyOf = ({ kind, evidence }: Pick<Flag, 'kind' | 'evidence'>): string => {
  if (kind === 'same_trace' && 'together_s' in evidence) return 'same_trace_together'
  if ((kind === 'mock_location' || kind === 'constant_accuracy') && !('points' in evidence)) return `${kind}_one`
  return kind
}

export function evidenceOf(flag: Pick<Flag, 'kind' | 'evidence'>): string {
  const path = `flags.evidence.${keyOf(flag)}`
  const facts = Object.fromEntries(Object.entries(flag.evidence).filter(([, fact]) => typeof fact === 'number' || typeof fact === 'string')) as Record<string, string | number>
  return knows(path) ? say(path as 'flags.evidence.off_site', facts) : ''
}

/** One decimal at most: weights are small numbers that people add up. */
export const weight = (score: number): string => String(Math.round(score * 10) / 10)

const DAY_MS = 86_400_000

/** The local days, both included, of so many days until now. */
export function lastDays(days: number, now = Date.now()): { from: string; until: string } {
  const day = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
  return { from: day(now - (days - 1) * DAY_MS), until: day(now) }
}
