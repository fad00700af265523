/** What a program may be let read, as the server names it. */
import { knows } from '@/shared/i18n'
import { say } from './text'

export const READABLE = ['field.read', 'enterprise.read', 'issue.read', 'summary.read', 'dispatch.read', 'roster.read'] as const

/** "现场记录" for field.read; a deed that is newer than this page by its own name. */
export function readable(deed: string): string {
  const key = `tokens.deed.${deed.replace('.', '_')}`
  return knows(key) ? say(key as 'tokens.deed.field_read') : deed
}
