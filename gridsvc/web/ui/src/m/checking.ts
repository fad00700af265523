/** What a visit (巡查) and a formal inspection (行政检查) share while they are filled in: the place, its checklist, photos, what is left, and how it becomes a record. */
import { computed, nextTick, ref, watch, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useDraft } from './drafts'
import { filed, listFor, type Filed } from './entries'
import type { Enterprise } from './known'
import { useLive } from './live'
import type { Body } from './outbox/contract'
import { db, type Photo } from './outbox/database'
import { enqueue } from './outbox/enqueue'
import { currentFix, declared, useFix } from './position'
import { say } from './text'
import { problemsIn, told, unanswered, unshown, type VisitDraft } from './visit'

export interface Checked<C extends VisitDraft> {
  empty: () => C
  /** The form as an earlier entry was filled in. */
  refilled: (draft: C, old: Filed) => C
  title: (place: string) => string
  /** What the record says beside what every entry of the log says. */
  facts: (content: C) => Body
}

/** By the page's address: the place, and one's own entry that is corrected, if any; both stay. `key` tells drafts of one kind from others about the same place. */
export function useChecking<C extends VisitDraft>(key: string, { empty, refilled, title, facts }: Checked<C>) {
  const router = useRouter()
  const { params, query } = useRoute()
  const enterpriseId = params.enterprise as string
  const corrects = query.corrects as string | undefined
  if (!corrects) useFix()
  const draft = useDraft('inspection', `${key}${corrects ?? enterpriseId}`, empty)
  const { id, content, savedAt } = draft
  const enterprise = useLive(async () => (await db.enterprises.get(enterpriseId)) ?? null)
  const list = useList(enterprise, corrects)
  const proof = useProof(id, content)
  const isAsking = ref(false)
  const isBusy = ref(false)
  const isAskedWhy = ref(false)
  /** What is still to be answered or shown. A correction is of what was shown then. */
  const open = computed(() => [...unanswered(list.items.value, content), ...(corrects ? [] : unshown(list.items.value, content, proof.photosOf))])
  const isReady = computed(() => !!id.value && (!corrects || list.old.value !== undefined))
  const isReasonMissing = computed(() => isAskedWhy.value && !content.reason.trim())

  /** A correction begins with what was said before. */
  watch([id, list.old], () => { if (list.old.value && id.value && !savedAt.value) Object.assign(content, refilled(content, list.old.value)) })

  async function finish(reason?: string): Promise<void> {
    isAskedWhy.value = !!corrects
    if (isReasonMissing.value) return show('because', 'textarea')
    if (isBusy.value || !id.value || !list.checklist.value) return
    isBusy.value = true
    try {
      const where = await (corrects ? { no_position_reason: say('inspect.correction_place') } : whereabouts(reason))
      isAsking.value = !where
      if (where) await keep(where)
    } finally {
      isBusy.value = false
    }
  }

  async function keep(where: Body): Promise<void> {
    const { answers, findings } = told(list.items.value, content, say('parts.answer.problem'), proof.hashes)
    const named = corrects ? { corrects_id: corrects, correction_reason: content.reason.trim() } : {}
    const body = { enterprise_id: enterpriseId, checklist_id: list.checklist.value!.id, answers, findings, ...facts(content), ...named, ...where }
    await draft.become(() => enqueue({ id: id.value, kind: 'inspection', title: title(enterprise.value!.name), body }))
    await router.replace(problemsIn(list.items.value, content).length && !corrects ? `/report?inspection=${id.value}` : `/records/${id.value}`)
  }

  return { ...draft, ...list, ...proof, enterpriseId, corrects, enterprise, open, isReady, isReasonMissing, isAsking, isBusy, finish }
}

/** The list that is answered: of a correction the version by which the old entry was. */
function useList(enterprise: Ref<Enterprise | null | undefined>, corrects: string | undefined) {
  const lists = useLive(() => db.checklists.toArray())
  const old = useLive(async () => (corrects ? await filed(corrects) : undefined) ?? null)
  const checklist = computed(() => {
    if (!enterprise.value || !lists.value || (corrects && !old.value)) return undefined
    return listFor(lists.value, enterprise.value.kind, new Date().toISOString(), old.value ?? undefined)
  })
  const items = computed(() => checklist.value?.items ?? [])
  return { old, checklist, items, isListMissing: computed(() => lists.value !== undefined && !items.value.length) }
}

/** The photos of the record to be, and which item each proves. */
function useProof(id: Readonly<Ref<string | undefined>>, content: VisitDraft) {
  const photos = useLive(() => db.photos.where('record_id').equals(id.value ?? '').sortBy('id'), () => id.value)
  const photosOf = (item: string): Photo[] => (photos.value ?? []).filter((photo) => content.photos[item]?.includes(photo.id))
  const hashes = (item: string): string[] => photosOf(item).map(({ sha256 }) => sha256)
  function kept(item: string, photoId: string): void {
    content.photos[item] = [...(content.photos[item] ?? []), photoId]
  }
  return { photos, photosOf, hashes, kept }
}

/** Where the phone is belongs to the record; without it the person says why. Nothing while that is to be asked. Of a correction nobody asks: nobody is followed home. */
async function whereabouts(reason?: string): Promise<Body | undefined> {
  if (reason) return { no_position_reason: reason }
  const fix = await currentFix()
  return fix && { ...declared(fix) }
}

/** Bring a part of the page before the eyes, ready to be filled in. */
export async function show(place: string, field: string): Promise<void> {
  await nextTick() // what has just been said stands there, too
  const found = document.getElementById(place)
  found?.scrollIntoView({ block: 'center' })
  found?.querySelector<HTMLElement>(field)?.focus({ preventScroll: true })
}
