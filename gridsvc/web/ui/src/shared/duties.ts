import type { Schemas } from './api'
import { knows, say } from './i18n'

/** "胡家镇 网格长"; of one for whom somebody stands in, whose it is, too. */
export function dutyName({ subject, role, stands_in_for: whose }: Schemas['MyDuty']): string {
  const duty = `${subject.name} ${roleName(role)}`
  return whose ? say('duty.stands_in', { duty, name: whose.name }) : duty
}

/** A role in words; one that is newer than this page is an honest "other duty". */
export const roleName = (role: string): string => say(knows(`role.${role}`) ? (`role.${role}` as 'role.other') : 'role.other')
