/** Records to the server, and what its verdicts mean for them. */
import { isRecord, Problem, type ProblemDocument } from '@/shared/problem'
import type { DeviceHealth, Verdict } from './contract'
import { db, type OutboxRecord, type State } from './database'
import { ask, backoffMs, toldToWaitMs, type Doors } from './wire'

/** Send a batch; returns the verdicts by record id. Throws `Problem`. */
export async function push(doors: Doors, token: string, records: OutboxRecord[], device: DeviceHealth): Promise<Map<string, Verdict>> {
  const answer = await ask(doors, token, '/api/v1/sync/push', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Device-Time': new Date(doors.now()).toISOString() },
    body: JSON.stringify({ records: records.map(onTheWire), device }),
  })
  return verdicts(await answer.json().catch(() => undefined))
}

export const onTheWire = ({ kind, id, made_at, device_seq, after, body }: OutboxRecord) => ({ kind, id, made_at, device_seq, ...(after ? { after } : {}), body })

/** A portal that answers 200 with a page of its own is no answer: nothing may count as arrived by it. */
function verdicts(answer: unknown): Map<string, Verdict> {
  if (!isRecord(answer) || !Array.isArray(answer.verdicts)) throw Problem.noAnswer('not an answer of ours')
  return new Map((answer.verdicts as unknown[]).filter(isVerdict).map((verdict) => [verdict.id, verdict]))
}

const isVerdict = (value: unknown): value is Verdict => isRecord(value) && typeof value.id === 'string' && typeof value.verdict === 'string'

/** Write down what became of each record of a batch. One without a verdict is tried again. */
export async function settle(doors: Doors, sent: OutboxRecord[], told: Map<string, Verdict>): Promise<void> {
  await db.transaction('rw', db.records, async () => {
    for (const record of sent) await db.records.update(record.id, outcome(doors, record, told.get(record.id)))
  })
}

function outcome(doors: Doors, record: OutboxRecord, told: Verdict | undefined): Partial<OutboxRecord> {
  switch (told?.verdict) {
    case 'accepted':
    case 'duplicate':
      return isRecord(told.receipt) ? arrived(doors, record, told) : later(doors, record)
    case 'conflict':
    case 'quarantined':
    case 'rejected':
      return { ...refused(doors, record, told.problem), verdict: told.verdict }
    case 'held':
      return { ...later(doors, record), state: 'here', verdict: 'held', problem: told.problem, given_at: undefined }
    default:
      return later(doors, record)
  }
}

const LOOK_AGAIN_MS = 60 * 60_000
const DISMISSED = '/problems/record-dismissed'

/**
 * The server keeps it and tries by itself; so does a person there. We ask again now and then what became of it.
 * What the person left to the grid office stays there, until that has set it aside for good.
 */
function refused(doors: Doors, record: OutboxRecord, problem: ProblemDocument = {}): Partial<OutboxRecord> {
  const isGiven = record.given_at !== undefined && problem.type !== DISMISSED
  return { state: isGiven ? 'given' : 'needs_you', problem, next_at: doors.now() + Math.round(LOOK_AGAIN_MS * (0.75 + doors.random() / 2)) }
}

function arrived(doors: Doors, record: OutboxRecord, { receipt }: Verdict): Partial<OutboxRecord> {
  const isWhole = record.photos_total === record.photos_arrived
  const done = isWhole ? { state: 'arrived' as const, arrived_at: new Date(doors.now()).toISOString() } : { state: 'sending' as const }
  return { ...done, receipt, attempts: 0, next_at: 0, verdict: undefined, problem: undefined, given_at: undefined }
}

/** What it is when it is not on its way. */
export function waiting({ given_at, verdict }: OutboxRecord): State {
  if (given_at !== undefined) return 'given'
  return verdict === undefined || verdict === 'held' ? 'here' : 'needs_you'
}

/** Back to waiting, with a longer pause each time, and at least as long as the server asked for. */
export function later(doors: Doors, record: OutboxRecord, problem?: Problem): Partial<OutboxRecord> {
  const attempts = record.attempts + 1
  const pause = Math.max(backoffMs(attempts, doors.random()), problem ? toldToWaitMs(problem, doors.random()) : 0)
  return { state: waiting(record), attempts, next_at: doors.now() + pause }
}
