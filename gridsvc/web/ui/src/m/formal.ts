/** A formal inspection as it is filled in, and the facts of the record that comes of it. No database, no clock. */
import type { Filed } from './entries'
import type { FormalFacts } from './known'
import { emptyVisit, filledIn, type VisitDraft } from './visit'

export const EXEMPT_REASONS = ['complaint', 'transfer', 'monitoring', 'look_back', 'emergency', 'request'] as const
export type Exempt = (typeof EXEMPT_REASONS)[number]

export interface Officer { person_id: string; name: string; certificate_no: string }

/** How it ended with who was there. `standing`: a correction has no signature of its own, that of the first entry stays with it. */
export type Ending = 'signed' | 'refused' | 'standing'

export interface FormalDraft extends VisitDraft {
  /** The sender among them. */
  officers: Officer[]
  approval_no: string
  notice_no: string
  basis: string
  /** Nothing is chosen beforehand: whether it counts is said by a person. */
  counts?: 'counts' | Exempt
  name: string
  post: string
  ending?: Ending
  /** Id of the photo that is the signature. */
  signature?: string
  refusal: string
  witness: string
}

export const emptyFormal = (): FormalDraft => ({
  ...emptyVisit(), officers: [], approval_no: '', notice_no: '', basis: '', counts: undefined,
  name: '', post: '', ending: undefined, signature: undefined, refusal: '', witness: '',
})

export const LEAST_OFFICERS = 2
const LEAST_LETTERS = 2
const isTold = (text: string, least = LEAST_LETTERS): boolean => text.trim().length >= least

/** The parts of the form that are not filled in yet, from the top; each is also the id of its place on the page. */
export const PARTS = ['officers', 'certificates', 'papers', 'counts', 'items', 'on_site', 'ending', 'signature', 'refusal'] as const
export type Part = (typeof PARTS)[number]

export function missing(draft: FormalDraft, itemsLeft: number): Part[] {
  const lacks: Record<Part, boolean> = {
    officers: draft.officers.length < LEAST_OFFICERS,
    certificates: draft.officers.some(({ certificate_no }) => !isTold(certificate_no)),
    papers: ![draft.approval_no, draft.notice_no, draft.basis].every((text) => isTold(text)),
    counts: !draft.counts,
    items: itemsLeft > 0,
    on_site: ![draft.name, draft.post].every((text) => isTold(text, 1)),
    ending: !draft.ending,
    signature: draft.ending === 'signed' && !draft.signature,
    refusal: draft.ending === 'refused' && ![draft.refusal, draft.witness].every((text) => isTold(text)),
  }
  return PARTS.filter((part) => lacks[part])
}

/** The form of a correction, as the inspection was filled in. The signature stays with what was signed. */
export function refilled(draft: FormalDraft, { answers, formal }: Pick<Filed, 'answers' | 'formal'>): FormalDraft {
  const filled = { ...draft, ...filledIn(draft, answers) }
  if (!formal) return filled
  const { officers, approval_no, notice_no, basis, exempt_reason, on_site, refusal } = formal
  return {
    ...filled, approval_no, notice_no, basis, ...on_site,
    officers: officers.map((one) => ({ ...one, name: '' })), counts: (exempt_reason as Exempt | undefined) ?? 'counts',
    ...(refusal ? { ending: 'refused' as const, refusal: refusal.reason, witness: refusal.witness } : { ending: 'standing' as const }),
  }
}

/** What the record says beside what every inspection says. */
export function formalFacts(draft: FormalDraft): FormalFacts {
  const { counts, ending } = draft
  return {
    officers: draft.officers.map(({ person_id, certificate_no }) => ({ person_id, certificate_no: certificate_no.trim() })),
    approval_no: draft.approval_no.trim(), notice_no: draft.notice_no.trim(), basis: draft.basis.trim(),
    ...(counts && counts !== 'counts' ? { exempt_reason: counts } : {}),
    on_site: { name: draft.name.trim(), post: draft.post.trim() },
    ...(ending === 'refused' ? { refusal: { reason: draft.refusal.trim(), witness: draft.witness.trim() } } : {}),
  }
}
