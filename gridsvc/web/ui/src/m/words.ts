/** Words for the server's own words. What is newer than this page is told as "other" or left as it is. */
import { date, moment } from '@/shared/format'
import { knows, language } from '@/shared/i18n'
import type { Item } from './known'
import { say } from './text'

const word = (group: 'class' | 'category' | 'severity' | 'issue', of: string): string =>
  (knows(`parts.${group}.${of}`) ? say(`parts.${group}.${of}` as 'parts.class.key') : of)

export const className = (supervisionClass: string): string => word('class', supervisionClass)
export const categoryName = (category: string): string => word('category', category)
export const severityName = (severity: string): string => word('severity', severity)
export const stateName = (state: string): string => word('issue', state)

/** An item of a checklist in the language of the page. */
export const itemText = (item: Item): string => (language.value === 'en' && item.text_en ? item.text_en : item.text)

/** The last moment of a deadline: the end of a day is told as that day's 24:00, not as the next one's 00:00. */
export function lastMoment(dueAt: string): string {
  const at = Date.parse(dueAt)
  return moment(at).endsWith('00:00') ? `${date(at - 1)} 24:00` : moment(at)
}
