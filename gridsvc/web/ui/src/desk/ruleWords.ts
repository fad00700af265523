/** What a rule of a rule set says, in words; and the document of a rule set as the form changes it. */
import { knows } from '@/shared/i18n'
import { say } from './text'
import { word } from './words'

export interface VisitRule { level: number; night?: boolean; attention?: boolean; classes?: string[]; kinds?: string[]; every_days?: number; times?: number; per?: string }
export interface RoundRule { level: number; night?: boolean; times: number; per: string }
export interface RuleDocument {
  visits: VisitRule[]
  rounds: RoundRule[]
  patrol_on_workdays_only: boolean
  flag_weights: Record<string, number>
  rectify_within_days: Record<string, number>
  [number: string]: unknown
}

export const LEVELS = [3, 2, 1] as const
export const CLASSES = ['key', 'special', 'general'] as const
export const KINDS = ['industrial', 'construction_site', 'restaurant', 'livestock_farm', 'river_reach', 'scattered_polluter', 'other'] as const
export const PERIODS = ['day', 'week', 'half_month'] as const
export const NUMBERS = [
  'site_radius_m', 'worst_fix_m', 'minimum_dwell_s', 'clock_skew_s', 'photo_target_kb', 'formal_yearly_cap', 'night_from_hour', 'night_until_hour', 'warn_before_due_days',
  'look_back_after_days', 'relapse_within_days', 'summary_due_weekday', 'month_cut_off_day', 'least_officers',
] as const

export const objectKind = (kind: string): string => (knows(`rules.object.${kind}`) ? say(`rules.object.${kind as 'other'}`) : kind)
export const dutyText = ({ level, night }: { level: number; night?: boolean }): string =>
  say(`rules.level.l${level as 3}`) + (night ? ` · ${say('rules.at_night')}` : '')

/** "重点、特殊", "所有对象" */
export function whomText({ attention, classes, kinds }: VisitRule): string {
  const told = [...(attention ? [say('rules.attention')] : []), ...(classes ?? []).map((each) => word('class', each)), ...(kinds ?? []).map(objectKind)]
  return told.length ? told.join(say('rules.and')) : say('rules.all_objects')
}

/** "每 3 天一次", "每周 2 次" */
export const oftenText = ({ every_days: days, times, per }: { every_days?: number; times?: number; per?: string }): string =>
  days ? say('rules.every_days', { n: days }, days) : say(`rules.per.${(per ?? 'day') as 'day'}`, { n: times ?? 1 }, times ?? 1)

export const copied = (document: unknown): RuleDocument => JSON.parse(JSON.stringify(document)) as RuleDocument

/** Midnight in Beijing, where a day begins. */
export const midnightOf = (day: string): string => `${day}T00:00:00+08:00`
export const dayAfterToday = (): string => new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10)
