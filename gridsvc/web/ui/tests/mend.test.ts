import { describe, expect, test } from 'vitest'
import type { Enterprise } from '@/m/known'
import { changesOf, factsOf, isLacking, mended } from '@/m/mend'
import type { OutboxRecord } from '@/m/outbox/database'

const yard = { id: 'yard', name: '宏达砂石场', address: '村东', contact_name: null, contact_phone: '139', permit_no: null, version: 3 } as unknown as Enterprise
const draft = (told: Partial<ReturnType<typeof factsOf>>) => ({ read: factsOf(yard), version: 3, told: { ...factsOf(yard), ...told } })
const edit = (changes: object) => ({ body: { changes } }) as unknown as OutboxRecord

describe('putting an enterprise right', () => {
  test('only what differs from what was read is sent, and what is emptied is nothing', () => {
    expect(changesOf(draft({}))).toEqual({})
    expect(changesOf(draft({ contact_phone: ' 138 ', contact_name: '老王' }))).toEqual({ contact_phone: { from: '139', to: '138' }, contact_name: { from: null, to: '老王' } })
    expect(changesOf(draft({ contact_phone: '' }))).toEqual({ contact_phone: { from: '139', to: null } })
  })

  test('an address may not be emptied', () => {
    expect([isLacking(draft({ address: ' ' })), isLacking(draft({ contact_phone: '' }))]).toEqual([true, false])
  })

  test('what is on its way is seen at once, in order, and the next change builds on it', () => {
    const seen = mended(yard, [edit({ contact_phone: { from: '139', to: '138' } }), edit({ contact_phone: { from: '138', to: '137' } })])
    expect([seen.contact_phone, seen.version, yard.contact_phone]).toEqual(['137', 5, '139'])
  })
})
