/** What the server told this phone, as the phone keeps it. */
import type { MultiPolygon, Polygon } from 'geojson'
import type { PointGeometry } from './outbox/contract'

interface Ref { id: string; name: string }

export interface Enterprise {
  id: string
  grid_id: string
  code: string
  name: string
  kind: string
  supervision_class: string
  address: string
  location: PointGeometry
  uscc: string | null
  permit_no: string | null
  version: number
  contact_name: string | null
  contact_phone: string | null
  is_scattered_polluter: boolean
  /** active, or proposed: found in the field, and the registry has not said yet. */
  state: string
  /** Of the name in pinyin, one word for each way to read it; the server makes them. */
  initials?: string
}

export interface Issue {
  id: string
  grid_id: string
  number: string
  category: string
  severity: string
  description: string
  requirement: string | null
  place: string | null
  state: string
  enterprise: (Ref & { code: string }) | null
  owner: Ref | null
  lead_unit: Ref | null
  found_by: Ref
  location: PointGeometry | null
  occurred_at: string
  due_at: string | null
  look_back_on: string | null
  urgent: boolean
  /** Who has seen an urgent report. */
  seen: { person: Ref; at: string }[]
}

/** A duty for one of this person's grids or for one above, and who holds it. */
export interface Colleague { id: string; person: Ref; initials: string; role: string; grid: Ref & { level: number }; may_walk: boolean; /** May inspect formally, with this certificate; not known to a phone that has not read since. */ may_inspect?: boolean; certificate_no?: string | null }

/** The answer to one item of a checklist, as it was filed. */
export interface LogAnswer { item: string; result: 'ok' | 'problem' | 'not_applicable'; note?: string }

/** What a formal inspection says beside what every entry of the log says. */
export interface FormalFacts {
  officers: { person_id: string; certificate_no: string }[]
  approval_no: string
  notice_no: string
  basis: string
  /** Why it does not count against the yearly cap. */
  exempt_reason?: string
  on_site: { name: string; post: string }
  refusal?: { reason: string; witness: string }
}

export interface PastVisit { id: string; grid_id: string; enterprise_id: string; inspector_id: string; kind?: string; corrects_id: string | null; checklist_id: string; answers: LogAnswer[]; result: string; occurred_at: string; /** Told to nobody but its author. */ formal?: FormalFacts | null }

export interface PastClose { id: string; grid_id: string; officer_id: string; day: string }

/** A visit as it was due on `day`; the id is that of the enterprise. */
export interface DueVisit { id: string; grid_id: string; day: string; owed_days: number; visited_today: boolean; last_visit_at: string | null; last_result: string | null; checklist_id: string | null; /** Somebody complained, or the county wants it watched. */ attention?: boolean }

export interface Item { item: string; text: string; text_en: string; standard?: string; severity?: string; photo_if_problem?: boolean; /** Whatever the answer. */ photo_required?: boolean }
export interface Checklist { id: string; object_kind: string; version: number; in_force_from: string; items: Item[] }

/** A grid that this person can patrol, and what it looks like. */
export interface OwnGrid { id: string; name: string; level: number; initials?: string; geometry: Polygon | MultiPolygon }

/** A photo of an issue by somebody, small. `record_id` is the issue's. */
export interface Picture { sha256: string; record_id: string; purpose: 'scene' | 'before' | 'after'; taken_at: string; position: PointGeometry | null; bytes: ArrayBuffer }

/** What counted when the due visits were read. */
export interface DueFacts { day: string; is_patrol_day: boolean; as_of: string }
