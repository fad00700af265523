/** The issues that wait for this person, and those for which a record of this phone is still on its way. */
import { computed } from 'vue'
import { localDayOf } from '@/shared/format'
import type { Issue } from './known'
import { useLive } from './live'
import { db, recall, type OutboxRecord } from './outbox/database'
import { me } from './session'
import { byClock, taskOf, type Task } from './tasks'

export interface Waiting { issue: Issue; task: Task; record?: OutboxRecord }

export function useTasks() {
  const read = useLive(async () => ({
    issues: await db.issues.toArray(),
    actions: await db.records.filter(({ kind, state }) => kind === 'issue_action' && state !== 'needs_you').toArray(),
    fixed: (await db.records.filter(({ kind, body }) => kind === 'issue' && body.fixed_on_spot === true).toArray()).map(({ id }) => id),
    pulled_at: (await recall<string>('pulled_at')) ?? '',
  }))
  return computed((): Waiting[] | undefined => {
    if (!read.value || !me.value) return undefined
    const { issues, actions, fixed, pulled_at } = read.value
    const submitted = new Set([...fixed, ...actions.filter(({ body }) => body.action === 'submit').map(({ body }) => body.issue_id as string)])
    return byClock(issues).flatMap((issue) => {
      const task = taskOf(issue, me.value!, submitted, localDayOf(Date.now()))
      const record = actions.find(({ body, arrived_at = '9' }) => body.issue_id === issue.id && arrived_at > pulled_at)
      return task ? [{ issue, task, record }] : []
    })
  })
}
