/** Texts that come with the page that says them: one line a file here, its name in router.ts. */
import type { Language } from '@/shared/i18n'
import type close from '@/shared/locales/zh-CN/phone/close.json'
import type decide from '@/shared/locales/zh-CN/phone/decide.json'
import type formal from '@/shared/locales/zh-CN/phone/formal.json'
import type inspect from '@/shared/locales/zh-CN/phone/inspect.json'
import type install from '@/shared/locales/zh-CN/phone/install.json'
import type me from '@/shared/locales/zh-CN/phone/me.json'
import type mend from '@/shared/locales/zh-CN/phone/mend.json'
import type patrol from '@/shared/locales/zh-CN/phone/patrol.json'
import type pin from '@/shared/locales/zh-CN/phone/pin.json'
import type places from '@/shared/locales/zh-CN/phone/places.json'
import type receipt from '@/shared/locales/zh-CN/phone/receipt.json'
import type records from '@/shared/locales/zh-CN/phone/records.json'
import type report from '@/shared/locales/zh-CN/phone/report.json'
import type task from '@/shared/locales/zh-CN/phone/task.json'
import type issues from '@/shared/locales/zh-CN/phone/issues.json'
import type month from '@/shared/locales/zh-CN/phone/month.json'
import type nearby from '@/shared/locales/zh-CN/phone/nearby.json'
import type new_place from '@/shared/locales/zh-CN/phone/new_place.json'
import type search from '@/shared/locales/zh-CN/phone/search.json'
import type evidence from '@/shared/locales/zh-CN/evidence.json'
import type flags from '@/shared/locales/zh-CN/phone/flags.json'
import type problems from '@/shared/locales/zh-CN/problems.json'

export interface PageTexts {
  close: typeof close
  decide: typeof decide
  formal: typeof formal
  inspect: typeof inspect
  install: typeof install
  me: typeof me
  mend: typeof mend
  patrol: typeof patrol
  pin: typeof pin
  places: typeof places
  receipt: typeof receipt
  records: typeof records
  report: typeof report
  task: typeof task
  issues: typeof issues
  month: typeof month
  nearby: typeof nearby
  new_place: typeof new_place
  search: typeof search
  flags: typeof flags
  evidence: typeof evidence
  problems: typeof problems
}

const files = import.meta.glob<PageTexts[keyof PageTexts]>(
  ['../../shared/locales/*/problems.json', '../../shared/locales/*/evidence.json', '../../shared/locales/*/phone/*.json', '!../../shared/locales/*/phone/parts.json', '!../../shared/locales/*/phone/today.json'],
  { import: 'default' },
)

/** The names of all files there are; a test compares them with PageTexts. */
export const pageTexts = [...new Set(Object.keys(files).map((path) => /(\w+)\.json$/.exec(path)![1]!))] as (keyof PageTexts)[]

export function fileOf(language: Language, name: keyof PageTexts): Promise<PageTexts[keyof PageTexts]> {
  const file = name === 'problems' || name === 'evidence' ? name : `phone/${name}`
  return files[`../../shared/locales/${language}/${file}.json`]!()
}
