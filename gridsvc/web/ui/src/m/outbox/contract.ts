/** What phone and server say to each other in bulk: the push, its verdicts, the receipts. */
import type { ProblemDocument } from '@/shared/problem'

export type Kind = 'enterprise_proposal' | 'patrol' | 'track' | 'patrol_end' | 'inspection' | 'issue' | 'issue_action' | 'day_close'

/** GeoJSON position in the declared crs. */
export interface PointGeometry { type: 'Point'; coordinates: [lon: number, lat: number] }

/** A photo as its record declares it. */
export interface PhotoClaim {
  sha256: string
  taken_at: string
  position?: PointGeometry
  accuracy_m?: number
  crs?: 'wgs84'
  purpose: 'scene' | 'before' | 'after'
  /** Taken for this record, or picked from older pictures. */
  source?: 'camera' | 'picked'
}

export type Body = Record<string, unknown>

export interface Receipt { missing_media: string[]; [fact: string]: unknown }

export type MediaReceipt = Record<string, unknown>

export interface Verdict {
  id: string
  verdict: 'accepted' | 'duplicate' | 'conflict' | 'held' | 'quarantined' | 'rejected'
  receipt?: Receipt
  problem?: ProblemDocument
}

export const MOST_RECORDS = 500
