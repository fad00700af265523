/** What the phone keeps. Everything a person made is here before anything is sent. */
import Dexie, { type EntityTable } from 'dexie'
import type { ProblemDocument } from '@/shared/problem'
import type { Checklist, DueVisit, Enterprise, Issue, OwnGrid, PastClose, PastVisit, Picture } from '../known'
import type { Ending } from '../mend'
import type { Body, Kind, MediaReceipt, PhotoClaim, Receipt } from './contract'

/**
 * here: nobody but this phone has it · sending: on its way, or the record has arrived and photos have not ·
 * arrived: receipt held, and for every photo its own · needs_you: the server would not take it as it is; kept ·
 * given: likewise, and the person left it to the grid office; asked for again from time to time ·
 * noted: something else stands instead, and the person knows; it stays here for good.
 */
export type State = 'here' | 'sending' | 'arrived' | 'needs_you' | 'given' | 'noted'
export const STATES: State[] = ['here', 'sending', 'arrived', 'needs_you', 'given', 'noted']
/** Without a receipt for all of it, and somebody or something still has to move. */
export const OPEN: State[] = ['here', 'sending', 'needs_you', 'given']

export interface OutboxRecord {
  id: string
  kind: Kind
  /** What the list calls it, e.g. the name of the place. */
  title: string
  made_at: string
  device_seq: number
  body: Body
  /** Records of this phone that have to be entered first, where the body does not say so. */
  after?: string[]
  person_id: string
  state: State
  attempts: number
  /** Not to be tried again before (ms). */
  next_at: number
  photos_total: number
  photos_arrived: number
  receipt?: Receipt
  arrived_at?: string
  verdict?: 'held' | 'conflict' | 'quarantined' | 'rejected'
  problem?: ProblemDocument
  /** When the person left it to the grid office. */
  given_at?: string
  /** What the server says came of an edit. */
  ending?: Ending
  /** The record that was sent in its place. */
  corrected_by?: string
  /** Of before the server went back to a backup. */
  former_receipt?: Receipt
}

export interface Photo extends PhotoClaim {
  id: string
  record_id: string
  type: string
  /** The bytes as they will be sent; null once freed, which only a receipt allows. */
  data: ArrayBuffer | null
  size: number
  thumb?: ArrayBuffer
  state: 'here' | 'arrived'
  attempts: number
  next_at: number
  upload_url?: string
  receipt?: MediaReceipt
  arrived_at?: string
}

/** Work begun and not yet handed over. Its id becomes the record's, so photos can be attached from the first tap. */
export interface Draft { id: string; kind: Kind; subject_id: string; person_id: string; updated_at: string; content: Body }

export interface Patrol { id: string; grid_id: string; person_id: string; started_at: string; ended_at?: string; /** Names of who walks along. */ companions?: string[] }

export interface TrackPoint { seq?: number; patrol_id: string; at: number; lon: number; lat: number; accuracy_m: number; speed_mps?: number; altitude_m?: number }

interface Meta { key: string; value: unknown }

export class PhoneDatabase extends Dexie {
  records!: EntityTable<OutboxRecord, 'id'>
  photos!: EntityTable<Photo, 'id'>
  drafts!: EntityTable<Draft, 'id'>
  patrols!: EntityTable<Patrol, 'id'>
  points!: EntityTable<TrackPoint, 'seq'>
  enterprises!: EntityTable<Enterprise, 'id'>
  issues!: EntityTable<Issue, 'id'>
  inspections!: EntityTable<PastVisit, 'id'>
  dayCloses!: EntityTable<PastClose, 'id'>
  dueVisits!: EntityTable<DueVisit, 'id'>
  checklists!: EntityTable<Checklist, 'id'>
  grids!: EntityTable<OwnGrid, 'id'>
  pictures!: EntityTable<Picture, 'sha256'>
  meta!: EntityTable<Meta, 'key'>

  constructor(name = 'gridsvc') {
    super(name, { chromeTransactionDurability: 'strict' }) // "kept" means on the disk, also when the battery goes
    this.version(1).stores({
      records: 'id, device_seq, state, made_at',
      photos: 'id, record_id, state',
      drafts: 'id, subject_id',
      patrols: 'id, ended_at',
      points: '++seq, patrol_id',
      enterprises: 'id, grid_id, name',
      dueVisits: 'id, grid_id, enterprise_id',
      issues: 'id, grid_id, enterprise_id',
      checklists: 'id',
      meta: 'key',
    })
    this.version(2).stores({
      dueVisits: 'id, grid_id', // its id is that of the enterprise
      inspections: 'id, grid_id, enterprise_id',
      dayCloses: 'id, grid_id',
      grids: 'id',
      pictures: 'sha256, record_id',
    })
  }
}

export const db = new PhoneDatabase()

/** The tables that the server fills, by the kinds of its pull; and those it fills whole at each reading. The rest is the person's own work. */
export const pulledTables = { enterprise: db.enterprises, issue: db.issues, inspection: db.inspections, day_close: db.dayCloses }
export const listTables = [db.dueVisits, db.checklists, db.grids, db.pictures]

export async function recall<T>(key: string): Promise<T | undefined> {
  return (await db.meta.get(key))?.value as T | undefined
}

export const remember = async (key: string, value: unknown): Promise<void> => void (await db.meta.put({ key, value }))

/** Counts what this phone made, so that the server can see a gap. Part of the caller's transaction. */
export async function nextSeq(): Promise<number> {
  const seq = ((await recall<number>('device_seq')) ?? 0) + 1
  await remember('device_seq', seq)
  return seq
}

/** Who has signed in on this phone. In the database, so that the service worker knows it too. */
export interface DeviceSession { token: string; person_id: string; me: unknown }
export const SESSION = 'session'

/** The keys that the server has published for its receipts, as this phone has read them, the latest last. */
export const RECEIPT_KEYS = 'receipt_keys'
