import type { Schemas } from './api'
import { knows, say } from './i18n'

/** "胡家镇 网格长" */
export const dutyName = ({ subject, role }: Schemas['MyDuty']): string => `${subject.name} ${roleName(role)}`

/** A role in words; one that is newer than this page is an honest "other duty". */
export const roleName = (role: string): string => say(knows(`role.${role}`) ? (`role.${role}` as 'role.other') : 'role.other')
