/** What a record that was kept aside is called. */
import type { Schemas } from '@/shared/api'
import { knows } from '@/shared/i18n'
import { say } from './text'
import { word } from './words'

export const kindOf = ({ kind }: { kind?: unknown }): string =>
  (typeof kind === 'string' && knows(`words.kind.${kind}`) ? word('kind', kind) : say('quarantine.unknown_kind'))

/** Who made an attempt: a job, or somebody. */
export const isByJob = ({ by }: Pick<Schemas['Attempt'], 'by'>): boolean => by.startsWith('system:')
