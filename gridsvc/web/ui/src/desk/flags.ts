/** What the desk says of flags. */
import type { Schemas } from '@/shared/api'
import { evidenceText } from '@/shared/evidence'
import { say } from './text'

export type Flag = Schemas['Flag']
export type Case = Schemas['Case']

export function evidenceOf(flag: Pick<Flag, 'kind' | 'evidence'>): string {
  const told = evidenceText(flag)
  return told ? say(told.key, told.facts) : ''
}

/** One decimal at most: weights are small numbers that people add up. */
export const weight = (score: number): string => String(Math.round(score * 10) / 10)

const DAY_MS = 86_400_000

/** The local days, both included, of so many days until now. */
export function lastDays(days: number, now = Date.now()): { from: string; until: string } {
  const day = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
  return { from: day(now - (days - 1) * DAY_MS), until: day(now) }
}
