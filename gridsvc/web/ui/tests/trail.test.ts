import { beforeEach, expect, test } from 'vitest'
import { deviceName, whyRevoked } from '@/desk/devices'
import { actorName, changesOf, deedName, subjectName } from '@/desk/trail'
import { speak, switchTo } from '@/shared/i18n'
import { clients } from './texts'

beforeEach(async () => {
  await speak(async (language) => clients.desk[language])
  await switchTo('zh-CN')
})

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

test('a deed is said in words, and one that is newer than this page by its own name', () => {
  expect(deedName('issue.assign')).toBe('问题 · 交办')
  expect(deedName('balloon.inflate')).toBe('balloon · inflate')
})

test('what changed stands as before and after, moments in local time, what is sealed unsaid', () => {
  const changes = { disabled_at: [null, '2026-11-20T02:00:00Z'], phone: [{ sealed: true }, { sealed: true }], deeds: [null, ['field.read', 'issue.read']], height: [1, true] }
  expect(changesOf({ changes } as never)).toEqual([
    { name: '停用时间', before: '无', after: '11/20 10:00' },
    { name: '电话', before: '封存，不显示', after: '封存，不显示' },
    { name: '能读', before: '无', after: 'field.read、issue.read' },
    { name: 'height', before: '1', after: '是' },
  ])
})

test('who did it is a person, a program, or the system under a name', () => {
  expect(actorName({ actor: { kind: 'person', id: 'x', name: '李秀英' } })).toBe('李秀英')
  expect(actorName({ actor: { kind: 'system', id: null as never, name: 'summaries.plan' } })).toBe('系统：summaries.plan')
  expect(actorName({ actor: { kind: 'program', id: null as never, name: null } })).toBe('程序')
})

test('a browser is called by what people know of it, also in the trail', () => {
  expect(deviceName({ kind: 'browser', name: WINDOWS })).toBe('Chrome · Windows')
  expect(deviceName({ kind: 'phone', name: 'HUAWEI ELS-AN00' })).toBe('HUAWEI ELS-AN00')
  expect(deviceName({ kind: 'phone', name: '' })).toBe('手机（没有名称）')
  expect(subjectName({ subject: { kind: 'device', id: 'x', name: WINDOWS } })).toBe('Chrome · Windows')
  expect(subjectName({ subject: { kind: 'duty', id: 'x', name: null } })).toBe('职责')
})

test('a device was revoked for what somebody wrote, or for what the server names by a key', () => {
  expect(whyRevoked({ revoked_reason: '手机丢了' })).toBe('手机丢了')
  expect(whyRevoked({ revoked_reason: 'copied' })).toContain('自动停用')
})

test('every break has its sentence in both languages', () => {
  for (const texts of Object.values(clients.desk)) expect(Object.keys(texts.audit.kind)).toEqual(['altered', 'missing', 'out_of_order', 'cut_off', 'rewritten', 'beyond', 'anchor'])
})
