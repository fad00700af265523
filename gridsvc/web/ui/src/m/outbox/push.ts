/** Records to the server, and what its verdicts mean for them. */
import { isRecord, Problem } from '@/shared/problem'
import type { Verdict } from './contract'
import { db, type OutboxRecord } from './database'
import { ask, backoffMs, type Doors } from './wire'

/** Send a batch; returns the verdicts by record id. Throws `Problem`. */
export async function push(doors: Doors, token: string, records: OutboxRecord[]): Promise<Map<string, Verdict>> {
  const answer = await ask(doors, token, '/api/v1/sync/push', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Device-Time': new Date(doors.now()).toISOString() },
    body: JSON.stringify({ records: records.map(onTheWire) }),
  })
  return verdicts(await answer.json().catch(() => undefined))
}

export const onTheWire = ({ kind, id, made_at, device_seq, body }: OutboxRecord) => ({ kind, id, made_at, device_seq, body })

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
      return { state: 'needs_you', verdict: told.verdict, problem: told.problem ?? {} }
    case 'held':
      return { ...later(doors, record), verdict: 'held', problem: told.problem }
    default:
      return later(doors, record)
  }
}

function arrived(doors: Doors, record: OutboxRecord, { receipt }: Verdict): Partial<OutboxRecord> {
  const isWhole = record.photos_total === record.photos_arrived
  const done = isWhole ? { state: 'arrived' as const, arrived_at: new Date(doors.now()).toISOString() } : { state: 'sending' as const }
  return { ...done, receipt, attempts: 0, next_at: 0, verdict: undefined, problem: undefined }
}

/** Back to waiting, with a longer pause each time. */
export function later(doors: Doors, { attempts }: { attempts: number }): { state: 'here'; attempts: number; next_at: number } {
  return { state: 'here', attempts: attempts + 1, next_at: doors.now() + backoffMs(attempts + 1, doors.random()) }
}
