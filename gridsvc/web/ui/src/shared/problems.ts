/** Problem types as sentences for people. The server's English detail is for programs and never shown. */
import { count, moment } from './format'
import { knows, language, say } from './i18n'
import { isRecord, type Problem, type ProblemDocument } from './problem'

/** What happened, what is safe, what to do. */
export interface Sentence { what: string; safe: string; todo: string }

type Told = Pick<Problem, 'type' | 'status'> & { facts?: Record<string, unknown> }

/**
 * Say a problem in the language of the page. An unknown type gets the sentence of its status, an unknown
 * status an honest general one.
 */
export function sentence(problem: Told): Sentence {
  const name = [problem.type.replace(/^\/problems\//, ''), `status-${problem.status}`].find(isKnown) ?? ofClass(problem.status)
  const facts = readable(problem.facts ?? {})
  const part = (of: 'what' | 'safe' | 'todo') => say(`problems.${name}.${of}` as never, facts)
  return { what: part('what'), safe: part('safe'), todo: part('todo') }
}

/** The same for a problem that was kept as a plain document beside a record. */
export function sentenceOf(kept: ProblemDocument | undefined): Sentence {
  const { type = 'about:blank', status = 0, title: _, detail: __, ...facts } = kept ?? {}
  return sentence({ type, status, facts })
}

/** One line for small places. */
export const line = ({ what, safe, todo }: Sentence): string => [what, safe, todo].join(language.value === 'en' ? ' ' : '')

const isKnown = (name: string): boolean => knows(`problems.${name}.what`)
const ofClass = (status: number): string => (status >= 500 ? 'status-500' : 'unknown')

/** Facts as people read them: moments in local time, numbers with their commas, people by name. */
function readable(facts: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, written(value)]))
}

function written(value: unknown): string {
  if (typeof value === 'number') return count(value)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return moment(value)
  if (isRecord(value) && typeof value.name === 'string') return value.name // somebody, or a place
  return typeof value === 'string' ? value : ''
}
