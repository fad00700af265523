/** What an evidence flag says, in words. Its evidence are facts of the server; nothing here judges. */
import { knows } from './i18n'

export interface FlagFacts { kind: string; evidence: Record<string, unknown> }

/** A kind whose facts differ says so under another key. */
const keyOf = ({ kind, evidence }: FlagFacts): string => {
  if (kind === 'same_trace' && 'together_s' in evidence) return 'same_trace_together'
  if ((kind === 'mock_location' || kind === 'constant_accuracy') && !('points' in evidence)) return `${kind}_one`
  if (kind === 'photo_missing' && !evidence.reason) return 'photo_missing_why'
  return kind
}

/** The text that tells of a flag, with what goes into it; nothing for a kind that is newer than this page. */
export function evidenceText(flag: FlagFacts): { key: 'evidence.told.off_site'; facts: Record<string, string | number> } | undefined {
  const key = `evidence.told.${keyOf(flag)}`
  const facts = Object.fromEntries(Object.entries(flag.evidence).filter(([, fact]) => typeof fact === 'number' || typeof fact === 'string')) as Record<string, string | number>
  return knows(key) ? { key: key as 'evidence.told.off_site', facts } : undefined
}
