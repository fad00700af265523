import { beforeEach, describe, expect, test } from 'vitest'
import { asOf, count, date, dayAndWeekday, distance, isoWeekOf, left, localDate, localDayOf, moment, parts, ratio, size, timeOfDay, week } from '@/shared/format'
import { inLanguage } from './texts'

const NOW = '2026-11-20T07:42:00Z' // 15:42 in Beijing

describe('in Chinese', () => {
  beforeEach(() => inLanguage('zh-CN'))

  test('numbers: thousands, a missing value is not a zero', () => {
    expect([count(1246), count(0), count(null), count(undefined)]).toEqual(['1,246', '0', '—', '—'])
    expect(parts(104, 1110)).toBe('104 / 1,110')
  })

  test('ratios: the example of the plan, and a zero denominator is neither none nor all', () => {
    expect(ratio(104, 110)).toBe('94.5%')
    expect([ratio(911, 972, 2), ratio(737, 972, 2)]).toEqual(['93.72%', '75.82%'])
    expect(ratio(0, 0)).toBe('—')
  })

  test('distances and sizes', () => {
    expect([distance(36), distance(999.4), distance(3400)]).toEqual(['36 米', '999 米', '3.4 公里'])
    expect([size(400), size(46e6), size(1.9e9)]).toEqual(['1 KB', '46 MB', '1.9 GB'])
  })

  test('moments are Beijing time, with the year only when it is another', () => {
    expect(moment(NOW, NOW)).toBe('11/20 15:42')
    expect(moment('2025-12-31T16:30:00Z', NOW)).toBe('01/01 00:30')
    expect(moment('2025-12-31T15:30:00Z', NOW)).toBe('2025/12/31 23:30')
    expect(timeOfDay('2026-11-20T01:44:07Z', true)).toBe('09:44:07')
    expect(asOf(new Date().getFullYear() + '-11-24T01:05:00Z')).toBe('截至 11/24 09:05')
  })

  test('days', () => {
    expect(dayAndWeekday(NOW)).toBe('11月20日 周五')
    expect(dayAndWeekday('2026-11-21T16:00:00Z')).toBe('11月22日 周日')
    expect([date(NOW, NOW), localDate('2025-11-20', NOW)]).toEqual(['11/20', '2025/11/20'])
    expect(localDayOf('2026-11-20T16:00:00Z')).toBe('2026-11-21')
  })

  test('weeks, also over the turn of the year', () => {
    expect(week('2026-W47')).toBe('第47周 11/16–11/22')
    expect(week('2026-W53')).toBe('第53周 12/28–2027/01/03')
    expect(week('2025-W01')).toBe('第1周 12/30–2025/01/05')
    expect(['2026-12-28T04:00:00Z', '2027-01-03T15:59:00Z', '2027-01-03T16:00:00Z', NOW].map((at) => isoWeekOf(at))).toEqual(['2026-W53', '2026-W53', '2027-W01', '2026-W47'])
  })

  test('clocks: wait under 48 hours, bad only after', () => {
    const at = (hours: number) => left(Date.parse(NOW) + hours * 3_600_000, NOW)
    expect(at(15)).toEqual({ text: '还剩 15 小时', state: 'wait' })
    expect(at(47.9).state).toBe('wait')
    expect(at(100)).toEqual({ text: '还剩 4 天', state: 'ok' })
    expect(at(-0.2)).toEqual({ text: '已超 1 小时', state: 'bad' })
    expect(at(-150)).toEqual({ text: '已超 6 天', state: 'bad' })
  })
})

describe('in English', () => {
  beforeEach(() => inLanguage('en'))

  test('the same facts in its own order', () => {
    expect([distance(36), distance(3400)]).toEqual(['36 m', '3.4 km'])
    expect(moment(NOW, NOW)).toBe('20 Nov 15:42')
    expect(moment('2025-11-20T07:42:00Z', NOW)).toBe('20 Nov 2025 15:42')
    expect(dayAndWeekday(NOW)).toBe('Fri 20 Nov')
    expect(week('2026-W47')).toBe('Week 47, 16 Nov–22 Nov')
    expect(left(Date.parse(NOW) + 100 * 3_600_000, NOW).text).toBe('4 days left')
    expect(left(Date.parse(NOW) - 15 * 3_600_000, NOW).text).toBe('15 h over')
  })
})
