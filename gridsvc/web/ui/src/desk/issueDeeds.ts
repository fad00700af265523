/** What the desk can do to an issue, and what each deed has to tell. */
import { uuid7 } from '@/shared/ids'

/** In the order of an issue's life. Submitting needs a camera, so it is done on the phone. */
export const DEEDS = ['acknowledge', 'assign', 'take_on', 'accept', 'reject', 'close', 'look_back', 'return', 'relapse', 'void'] as const
export type Deed = (typeof DEEDS)[number]

/** Deeds that lead on are the page's main button; the others stand beside it. */
export const MAIN: readonly Deed[] = ['acknowledge', 'assign', 'take_on', 'accept', 'close', 'look_back']

export const isDeed = (action: string): action is Deed => DEEDS.some((deed) => deed === action)

/** The allowed deeds, those that lead on first. `relapse` of a closed issue is a result of looking back. */
export function offered(allowed: readonly string[]): Deed[] {
  const deeds = DEEDS.filter((deed) => allowed.includes(deed))
  return deeds.includes('look_back') ? deeds.filter((deed) => deed !== 'relapse') : deeds
}

const NOTE_NEEDED: readonly Deed[] = ['reject', 'return', 'relapse', 'void']

export interface Told {
  note: string
  unit_id: string
  owner_id: string
  due_on: string
  due_kinds: DueKind[]
  requirement: string
  look_back_on: string
  result: 'ok' | 'problem' | ''
}
export type DueKind = 'immediate' | 'fixed_term' | 'long_term'

export const nothing = (): Told => ({ note: '', unit_id: '', owner_id: '', due_on: '', due_kinds: ['fixed_term'], requirement: '', look_back_on: '', result: '' })

export type Missing = 'addressee_needed' | 'note_missing' | 'choose'

/** The first thing that a deed still has to tell. */
export function missing(deed: Deed, told: Told): Missing | undefined {
  if (deed === 'assign' && !told.unit_id && !told.owner_id) return 'addressee_needed'
  if (deed === 'look_back' && !told.result) return 'choose'
  return needsNote(deed, told) && !told.note.trim() ? 'note_missing' : undefined
}

export const needsNote = (deed: Deed, told: Told): boolean => NOTE_NEEDED.includes(deed) || (deed === 'look_back' && told.result === 'problem')

const FIELDS: Partial<Record<Deed, readonly (keyof Told)[]>> = {
  assign: ['unit_id', 'owner_id', 'due_on', 'due_kinds', 'requirement'],
  close: ['look_back_on'],
  look_back: ['result'],
  relapse: ['due_on'],
}

/** The request: what was filled in, and nothing else. */
export function request(deed: Deed, told: Told, version: number, now: Date = new Date()) {
  const fields = (FIELDS[deed] ?? []).filter((name) => told[name].length)
  return {
    id: uuid7(now.getTime()), made_at: now.toISOString(), action: deed, version, note: told.note.trim(),
    ...(Object.fromEntries(fields.map((name) => [name, told[name]])) as Partial<Omit<Told, 'result'> & { result: 'ok' | 'problem' }>),
  }
}
