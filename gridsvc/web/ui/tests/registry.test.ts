import { describe, expect, it } from 'vitest'
import { changesOf, pointOf, queryOf, toldOf, WISHES } from '@/desk/registry'

const entry = { name: '宏达砂石场', kind: 'industrial', supervision_class: 'general', address: '赵家村', uscc: null, permit_no: 'X1', is_scattered_polluter: false }

describe('a form of the registry', () => {
  it('sends what was changed, and nothing else', () => {
    expect(changesOf(toldOf(entry), entry)).toEqual({})
    expect(changesOf({ ...toldOf(entry), address: '新址' }, entry)).toEqual({ address: '新址' })
  })

  it('takes away what was emptied', () => {
    expect(changesOf({ ...toldOf(entry), permit_no: '' }, entry)).toEqual({ permit_no: null })
  })

  it('knows a place by two numbers that are degrees', () => {
    expect(pointOf('122.05', '41.24')).toEqual({ type: 'Point', coordinates: [122.05, 41.24] })
    for (const [lon, lat] of [['', '41'], ['122', ' '], ['181', '41'], ['东经', '41']] as const) expect(pointOf(lon, lat)).toBeUndefined()
  })

  it('asks for each list by itself', () => {
    expect(new Set(WISHES.map((wish) => JSON.stringify(queryOf(wish)))).size).toBe(WISHES.length - 1)
  })
})
