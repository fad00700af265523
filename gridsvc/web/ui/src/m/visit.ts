/** A visit as it is filled in, and the record that comes of it. No database, no clock. */
import type { Item } from './known'
import type { Answer } from './parts/Three.vue'

export interface VisitDraft {
  answers: Record<string, Answer | undefined>
  notes: Record<string, string>
  /** Photo ids by the item they prove. */
  photos: Record<string, string[]>
}

export const emptyVisit = (): VisitDraft => ({ answers: {}, notes: {}, photos: {} })

/** The items that still need an answer, in order. */
export const unanswered = (items: Item[], { answers }: VisitDraft): Item[] => items.filter(({ item }) => !answers[item])

export const problemsIn = (items: Item[], { answers }: VisitDraft): Item[] => items.filter(({ item }) => answers[item] === 'problem')

/** What the record says: an answer to every item, and in words what was found; `unsaid` stands where nobody said more. */
export function told(items: Item[], draft: VisitDraft, unsaid: string): { answers: { item: string; result: Answer; note?: string }[]; findings: string } {
  const note = (item: string) => (draft.answers[item] === 'problem' ? draft.notes[item]?.trim() : undefined) || undefined
  const answers = items.map(({ item }) => ({ item, result: draft.answers[item]!, ...(note(item) ? { note: note(item) } : {}) }))
  const findings = problemsIn(items, draft).map(({ item, text }) => `${text}：${note(item) ?? unsaid}`).join('；')
  return { answers, findings }
}

const SEVERITIES = ['minor', 'ordinary', 'serious']
const CATEGORY_OF: Record<string, string> = {
  smell: 'air', smoke: 'air', outlet: 'water', waste: 'solid_waste', cover: 'dust', fence: 'dust', paving: 'dust', wash: 'dust', wet: 'dust',
  closed_transport: 'dust', fumes: 'fumes', manure: 'livestock', colour: 'water', floating: 'water', new_outlet: 'water', running: 'scattered',
}

/** What an issue about these items is likely to be: a suggestion that the person can change. */
export function suggested(problems: Item[]): { category: string | undefined; severity: string } {
  const worst = Math.max(...problems.map(({ severity }) => SEVERITIES.indexOf(severity ?? '')), SEVERITIES.indexOf('ordinary'))
  return { category: problems.map(({ item }) => CATEGORY_OF[item]).find(Boolean), severity: SEVERITIES[worst]! }
}
