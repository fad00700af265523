/** A visit as it is filled in, and the record that comes of it. No database, no clock. */
import type { Item, LogAnswer } from './known'
import type { Answer } from './parts/Three.vue'

export interface VisitDraft {
  answers: Record<string, Answer | undefined>
  notes: Record<string, string>
  /** Photo ids by the item they prove. */
  photos: Record<string, string[]>
  /** Why an item that wants a photo has none. */
  noPhoto: Record<string, string | undefined>
  /** Why this corrects an earlier entry. */
  reason: string
}

export const emptyVisit = (): VisitDraft => ({ answers: {}, notes: {}, photos: {}, noPhoto: {}, reason: '' })

/** The items that still need an answer, in order. */
export const unanswered = (items: Item[], { answers }: VisitDraft): Item[] => items.filter(({ item }) => !answers[item])

/** Whether an item wants a photo whatever is found; what does not apply has nothing to show. */
export const wantsPhoto = ({ item, photo_required }: Item, { answers }: VisitDraft): boolean =>
  !!photo_required && (answers[item] === 'ok' || answers[item] === 'problem')

/** The items that want a photo and have neither one nor a reason, in order. `shots` are the photos of an item. */
export const unshown = (items: Item[], draft: VisitDraft, shots: (item: string) => unknown[]): Item[] =>
  items.filter((one) => wantsPhoto(one, draft) && !shots(one.item).length && !draft.noPhoto[one.item])

export const problemsIn = (items: Item[], { answers }: VisitDraft): Item[] => items.filter(({ item }) => answers[item] === 'problem')

export interface Told { item: string; result: Answer; note?: string; photos?: string[]; no_photo_reason?: string }

/** What the record says: an answer to every item, and in words what was found; `unsaid` stands where nobody said more. `shots` are the hashes of an item's photos. */
export function told(items: Item[], draft: VisitDraft, unsaid: string, shots: (item: string) => string[] = () => []): { answers: Told[]; findings: string } {
  const note = (item: string) => (draft.answers[item] === 'problem' ? draft.notes[item]?.trim() : undefined) || undefined
  const proof = (one: Item) => {
    const photos = shots(one.item)
    const no_photo_reason = photos.length || !wantsPhoto(one, draft) ? undefined : draft.noPhoto[one.item]
    return { ...(photos.length ? { photos } : {}), ...(no_photo_reason ? { no_photo_reason } : {}) }
  }
  const answers = items.map((one) => ({ item: one.item, result: draft.answers[one.item]!, ...(note(one.item) ? { note: note(one.item) } : {}), ...proof(one) }))
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

/** The form as it was filled in. Photos stay with the old entry. */
export function filledIn(draft: VisitDraft, answers: LogAnswer[]): VisitDraft {
  const each = <V>(pick: (answer: LogAnswer) => V): Record<string, V> => Object.fromEntries(answers.map((answer) => [answer.item, pick(answer)]))
  const notes = Object.fromEntries(answers.filter(({ note }) => note).map(({ item, note }) => [item, note!]))
  return { ...draft, answers: each(({ result }) => result), notes }
}
