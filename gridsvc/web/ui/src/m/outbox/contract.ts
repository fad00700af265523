/** What phone and server say to each other in bulk: the push, its verdicts, the receipts. */
import type { ProblemDocument } from '@/shared/problem'

export type Kind = 'enterprise_proposal' | 'patrol' | 'track' | 'patrol_end' | 'inspection' | 'issue' | 'issue_action' | 'day_close' | 'edit'

/** GeoJSON position in the declared crs. */
export interface PointGeometry { type: 'Point'; coordinates: [lon: number, lat: number] }

/** A photo as its record declares it. */
export interface PhotoClaim {
  sha256: string
  taken_at: string
  position?: PointGeometry
  accuracy_m?: number
  crs?: 'wgs84'
  purpose: 'scene' | 'before' | 'after' | 'signature'
  /** Taken for this record, or picked from older pictures. */
  source?: 'camera' | 'picked'
  /** Of the file before the phone made it smaller: a claim. */
  original_sha256?: string
}

export type Body = Record<string, unknown>

/** A signed copy of a line of the server's trail; `outbox/receipts.ts` proves it without signal. */
export interface Receipt { signature?: string; digest?: string | null; media?: string[]; [fact: string]: unknown }

export type MediaReceipt = Receipt

export interface Verdict {
  id: string
  verdict: 'accepted' | 'duplicate' | 'conflict' | 'held' | 'quarantined' | 'rejected'
  receipt?: Receipt
  missing_media?: string[]
  problem?: ProblemDocument
}

/** How the phone is. The chief's list shows what worries: an old build, little room, unsent work. */
export interface DeviceHealth {
  app_build: string | null
  clock_offset_s: number | null
  storage_free_bytes: number | null
  storage_used_bytes: number | null
  battery: number | null
  network: string | null
  queue_length: number
  oldest_unsent_at: string | null
  installation_id: string
}

export const MOST_RECORDS = 500
