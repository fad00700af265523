/** Lines of the trail as people read them. A word that is newer than this page stands as it is. */
import type { Schemas } from '@/shared/api'
import { moment } from '@/shared/format'
import { knows } from '@/shared/i18n'
import { isRecord } from '@/shared/problem'
import { deviceName } from './devices'
import { say } from './text'

export type Line = Schemas['TrailLine']
export interface Change { name: string; before: string; after: string }

/** What is often looked for. A page adds what it has met. */
export const DEEDS = [
  'duty.begin', 'duty.end', 'duty.hand_over', 'device.sign_in', 'device.revoke', 'account.renew_code', 'account.disable', 'access_token.issue',
  'issue.assign', 'issue.close', 'issue.void', 'summary.sign', 'summary.return', 'order.issue', 'enterprise.change', 'rules.put_in_force',
  'track.read', 'audit.read', 'roster.export',
]

const word = (kind: 'what_kind' | 'verb' | 'field', key: string): string => {
  const path = `audit.${kind}.${key}`
  return knows(path) ? say(path as 'audit.verb.sign') : key
}

/** "问题 · 交办" for issue.assign. */
export function deedName(deed: string): string {
  const [kind = '', verb = ''] = deed.split('.')
  return `${word('what_kind', kind)} · ${word('verb', verb)}`
}

/** What it was done to, by its name if it has one. */
export const subjectName = ({ subject }: Pick<Line, 'subject'>): string => (subject.name ? written(subject.name) : subjectKind(subject.kind))

export const subjectKind = (kind: string): string => word('what_kind', kind)

export function actorName({ actor }: Pick<Line, 'actor'>): string {
  if (actor.kind === 'system') return say('audit.system', { name: actor.name ?? '' })
  return actor.name ?? (actor.kind === 'program' ? say('audit.program') : actor.kind)
}

/** What changed, name by name; each is [before, after]. */
export const changesOf = (line: Pick<Line, 'changes'>): Change[] =>
  Object.entries(line.changes as Record<string, unknown>).map(([name, pair]) => {
    const [before, after] = Array.isArray(pair) ? pair : [undefined, pair]
    return { name: word('field', name), before: written(before), after: written(after) }
  })

function written(value: unknown): string {
  if (value === null || value === undefined || value === '') return say('audit.none')
  if (typeof value === 'boolean') return say(value ? 'audit.yes' : 'audit.no')
  if (Array.isArray(value)) return value.map(written).join('、') || say('audit.none')
  if (isRecord(value)) return value.sealed ? say('audit.sealed') : JSON.stringify(value)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:/.test(value)) return moment(value)
  if (typeof value === 'string' && value.startsWith('Mozilla/')) return deviceName({ kind: 'browser', name: value })
  return String(value)
}
