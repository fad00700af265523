/** What stands on the server where a record of this phone ran into something: asked for, or as it was last read. */
import { answered } from '@/shared/api'
import { localDayOf, moment } from '@/shared/format'
import { Problem } from '@/shared/problem'
import { ofClose, ofIssue, ofVisit, type Facts } from './compare'
import type { Body } from './outbox/contract'
import { db, type OutboxRecord } from './outbox/database'
import { api } from './session'

export interface Standing { id: string; facts: Facts }

const DAY_MS = 86_400_000

/** Nothing where it is not known here and there is no signal, or where nothing stands against the record. */
export async function standingOf(record: OutboxRecord): Promise<Standing | undefined> {
  try {
    return await asked(record)
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    return kept(record)
  }
}

async function asked(record: OutboxRecord): Promise<Standing | undefined> {
  switch (record.kind) {
    case 'inspection': return visit(record)
    case 'day_close': return close(record)
    case 'issue_action': return issue(record.body.issue_id as string)
    default: return undefined
  }
}

async function visit({ id, made_at, body, verdict }: OutboxRecord): Promise<Standing | undefined> {
  if (verdict !== 'conflict') return undefined
  const near = { since: new Date(Date.parse(made_at) - DAY_MS).toISOString(), until: new Date(Date.parse(made_at) + DAY_MS).toISOString() }
  const { items } = await answered(api.GET('/api/v1/inspections', { params: { query: { enterprise_id: body.enterprise_id as string, ...near } } }))
  const found = items.find((one) => one.id === id)
  return found && { id: found.id, facts: { made: moment(found.made_at), ...ofVisit(found as unknown as Body) } }
}

async function close({ body, problem }: OutboxRecord): Promise<Standing | undefined> {
  const day = body.day as string
  const { items } = await answered(api.GET('/api/v1/day-closes', { params: { query: { grid: body.grid_id as string, from: day, until: day } } }))
  const found = items.find((one) => one.id === problem?.day_close_id)
  return found && { id: found.id, facts: { made: moment(found.occurred_at), ...ofClose(found as unknown as Body) } }
}

async function issue(id: string): Promise<Standing> {
  const { issue: found, actions } = await answered(api.GET('/api/v1/issues/{issue_id}', { params: { path: { issue_id: id } } }))
  const last = actions[actions.length - 1]
  return { id, facts: { ...ofIssue(found as unknown as Body), ...(last ? { made: moment(last.occurred_at), note: last.note ?? undefined } : {}) } }
}

/** As it was last read. */
async function kept({ kind, id, body, problem }: OutboxRecord): Promise<Standing | undefined> {
  if (kind === 'issue_action') {
    const found = await db.issues.get(body.issue_id as string)
    return found && { id: found.id, facts: ofIssue(found as unknown as Body) }
  }
  const found = kind === 'day_close' ? await db.dayCloses.get((problem?.day_close_id as string | undefined) ?? '') : await db.inspections.get(id)
  return found && { id: found.id, facts: 'day' in found ? { day: localDayOf(found.day) } : { made: moment(found.occurred_at) } }
}
