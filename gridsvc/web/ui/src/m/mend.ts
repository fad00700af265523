/** What an inspector puts right of an enterprise, field by field, and what came of it. No database, no clock. */
import type { Schemas } from '@/shared/api'
import type { Enterprise } from './known'
import type { OutboxRecord } from './outbox/database'

/** As the server keeps them (gridsvc/edits/rules.py): the longest text, and whether there may be none. */
export const FIELDS = { contact_phone: { most: 40, mayBeEmpty: true }, contact_name: { most: 100, mayBeEmpty: true }, address: { most: 200, mayBeEmpty: false }, permit_no: { most: 60, mayBeEmpty: true } } as const
export type Field = keyof typeof FIELDS
export const NAMES = Object.keys(FIELDS) as Field[]

export interface Change { from: string | null; to: string | null }
export type Changes = Partial<Record<Field, Change>>
type Facts = Record<Field, string>

/** `read` is what stood when the person began: another's change meanwhile must show. */
export interface MendDraft { told: Facts; read?: Facts; version?: number }

export const factsOf = (enterprise: Enterprise): Facts => Object.fromEntries(NAMES.map((name) => [name, enterprise[name] ?? ''])) as Facts

export const emptyMend = (): MendDraft => ({ told: { contact_phone: '', contact_name: '', address: '', permit_no: '' } })

const orNone = (name: Field, value: string): string | null => (value.trim() || (FIELDS[name].mayBeEmpty ? null : ''))

/** What differs from what was read. */
export function changesOf({ told, read }: MendDraft): Changes {
  const changed = NAMES.filter((name) => read && told[name].trim() !== read[name])
  return Object.fromEntries(changed.map((name) => [name, { from: orNone(name, read![name]), to: orNone(name, told[name]) }]))
}

export const isLacking = ({ told }: MendDraft): boolean => NAMES.some((name) => !FIELDS[name].mayBeEmpty && !told[name].trim())

/** An enterprise as it will be when the edits of this phone, in the order in which they were made, are through. */
export function mended(enterprise: Enterprise, edits: OutboxRecord[]): Enterprise {
  const wanted = edits.flatMap(({ body }) => Object.entries(body.changes as Changes)).map(([name, change]) => [name, change!.to])
  return { ...enterprise, ...Object.fromEntries(wanted), version: enterprise.version + edits.length }
}

/** What came of an edit, as the server tells whoever made it. */
export type Ending = Schemas['OwnEdit']

/** Whether somebody still has to choose between two values. */
export const isUndecided = ({ ending }: Pick<OutboxRecord, 'ending'>): boolean => ending?.state === 'hard'
