/** What waits for somebody, as a sentence with the deed as a button that leads to the right place. */
import type { Schemas } from '@/shared/api'
import type { IconName } from '@/shared/Icon.vue'
import { roleName } from '@/shared/duties'
import { ago, moment, month as monthName, week as weekName } from '@/shared/format'
import { knows } from '@/shared/i18n'
import { say } from './text'
import { word } from './words'

export type Waiting = Schemas['Waiting']
export interface Told { icon: IconName; what: string; more: string; act: string; to: string }

export function told(item: Waiting): Told {
  return { ...ofKind(item), act: act(item.deed) }
}

const act = (deed: string): string => {
  const key = `home.act.${deed.replace('.', '_')}`
  return say(knows(key) ? (key as 'home.act.issue_assign') : 'home.act.quarantine_read')
}

function ofKind(item: Waiting): Omit<Told, 'act'> {
  switch (item.kind) {
    case 'weekly_summary': return week(item)
    case 'dispatch_order': return { icon: 'doc', what: say('home.order_to_reply', { number: item.number }), more: item.title, to: `/month?month=${item.month}` }
    case 'monthly_dispatch': return { icon: 'month', what: say('home.month_to_sign', { month: monthName(item.month) }), more: '', to: `/month?month=${item.month}` }
    case 'quarantined': return { icon: 'box', what: say('home.aside', { n: item.count }, item.count), more: say('home.aside_more'), to: '/quarantine' }
    case 'conflict': return { icon: 'swap', what: say('home.conflicts', { n: item.count }, item.count), more: say('home.conflicts_more'), to: '/quarantine?view=decide' }
    case 'handover': return handover(item)
    default: return issue(item)
  }
}

/** It is accepted on the spot, so it leads nowhere. */
const handover = (item: Waiting): Omit<Told, 'act'> => ({
  icon: 'swap', what: say('home.handover', { name: item.person.name, duty: `${item.subject.name} ${roleName(item.role)}` }), to: '/',
  more: say('home.handover_more', { moment: moment(item.due_at!), reason: item.title }),
})

const ISSUE_ICONS: Record<string, IconName> = { found: 'flag', assigned: 'hand', rectifying: 'clock', submitted: 'camera', accepted: 'lock', closed: 'eye' }

/** An urgent report: who sent it, how long ago, and who has seen it already. */
const urgent = (item: Waiting): Omit<Told, 'act'> => ({
  icon: 'hand', what: say('home.urgent', { what: item.title }), to: `/issues/${item.id}`,
  more: [say('home.urgent_from', { who: item.found_by.name, ago: ago(item.found_at) }), item.enterprise?.name, item.grid?.name, item.seen.length ? say('home.urgent_seen', { who: item.seen.map(({ person }) => person.name).join('、') }) : ''].filter(Boolean).join(' · '),
})

const issue = (item: Waiting): Omit<Told, 'act'> => item.urgent ? urgent(item) : ({
  icon: ISSUE_ICONS[item.state] ?? 'list', what: item.title, to: `/issues/${item.id}`,
  more: [word('state', item.state), item.enterprise?.name, item.grid?.name, item.owner?.name ?? item.lead_unit?.name].filter(Boolean).join(' · '),
})

function week(item: Waiting): Omit<Told, 'act'> {
  const named = { town: item.grid.name, week: weekName(item.week) }
  const key = item.state === 'returned' ? 'home.week_returned' : item.deed === 'summary.accept' ? 'home.week_to_accept' : 'home.week_to_sign'
  return { icon: item.state === 'returned' ? 'undo' : 'week', what: say(key, named), more: item.reason ?? '', to: `/week/${item.id}` }
}

type Towns = Schemas['Home']['week_so_far']['towns']

/** Grids due and patrolled, day by day, over all towns. */
export function perDay(towns: Towns): { day: string; due: number; patrolled: number }[] {
  const days = new Map<string, { day: string; due: number; patrolled: number }>()
  for (const { days: own } of towns) {
    for (const { day, due, patrolled } of own) {
      const sum = days.get(day) ?? { day, due: 0, patrolled: 0 }
      days.set(day, { day, due: sum.due + due, patrolled: sum.patrolled + patrolled })
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

export const sum = (days: readonly { due: number; patrolled: number }[]): { due: number; patrolled: number } =>
  days.reduce((all, { due, patrolled }) => ({ due: all.due + due, patrolled: all.patrolled + patrolled }), { due: 0, patrolled: 0 })
