/** A problem as it is filled in, and the record that comes of it. No database, no clock. */
import type { Photo } from './outbox/database'
import type { NewPhoto } from './outbox/enqueue'
import type { declared } from './position'

export const CATEGORIES = ['dust', 'air', 'water', 'solid_waste', 'straw_burning', 'noise', 'fumes', 'livestock', 'hazardous_waste', 'scattered', 'procedure', 'other'] as const
export const SEVERITIES = ['minor', 'ordinary', 'serious'] as const

export interface IssueDraft {
  category?: string
  severity: string
  words: string
  /** `null`: at no enterprise. `undefined`: nobody has chosen, so the nearest counts. */
  enterprise_id?: string | null
  where: string
  fixed: 'yes' | 'no'
}

export const emptyIssue = (): IssueDraft => ({ severity: 'ordinary', words: '', where: '', fixed: 'no' })

export type Missing = 'report.need_category' | 'report.need_photo' | 'report.need_after' | 'report.where_missing'

/** What is missing before it can be handed in, the first thing first. An urgent report waits for nothing. */
export function missing(draft: IssueDraft, enterpriseId: string | undefined, scenes: number, afters: number, isUrgent = false): Missing | undefined {
  if (isUrgent) return undefined
  if (!draft.category) return 'report.need_category'
  if (!enterpriseId && !draft.where.trim()) return 'report.where_missing'
  if (draft.fixed === 'yes' && !scenes) return 'report.need_photo'
  return draft.fixed === 'yes' && !afters ? 'report.need_after' : undefined
}

/** The body of the record. `category` is the word for the category: what is said where nobody said more. */
export function issueBody(draft: IssueDraft, enterpriseId: string | undefined, inspectionId: string | undefined, where: ReturnType<typeof declared> | undefined, category: string) {
  return {
    category: draft.category!, severity: draft.severity, description: draft.words.trim() || category,
    ...(enterpriseId ? { enterprise_id: enterpriseId } : {}), ...(inspectionId ? { inspection_id: inspectionId } : {}),
    ...(draft.where.trim() ? { place: draft.where.trim() } : {}), ...(draft.fixed === 'yes' ? { fixed_on_spot: true } : {}), ...where,
  }
}

/** The body of an urgent report (紧急上报). `unsaid` is what it says where nobody took the time. */
export function urgentBody(draft: IssueDraft, enterpriseId: string | undefined, where: ReturnType<typeof declared> | undefined, unsaid: string) {
  const told = { ...draft, category: draft.category ?? 'other', severity: 'serious', fixed: 'no' as const }
  return { ...issueBody(told, enterpriseId, undefined, where, unsaid), urgent: true }
}

/** Photos of the visit, declared once more for the problem that they show. */
export const again = (photos: Photo[], purpose: 'scene' | 'before'): NewPhoto[] =>
  photos.flatMap(({ data, type, thumb, sha256, original_sha256, taken_at, position, accuracy_m, source }) => (data ? [{ data, type, thumb, sha256, original_sha256, taken_at, position, accuracy_m, source, purpose }] : []))
