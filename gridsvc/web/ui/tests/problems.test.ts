import { beforeEach, describe, expect, test } from 'vitest'
import { answered } from '@/shared/api'
import { Problem } from '@/shared/problem'
import { line, sentence, sentenceOf } from '@/shared/problems'
import { inLanguage } from './texts'

const refusal = (type: string, status: number, facts = {}) => Problem.of({ type, status, title: 'The inspector held no duty there.', detail: 'Not at that time.', ...facts }, status)

describe('reading a problem', () => {
  test('its standard members and its facts are told apart', () => {
    const problem = Problem.of({ type: '/problems/locked-for-now', title: 'Locked', status: 403, detail: 'Wait.', instance: '/api', errors: { login: ['x'] }, retry_after_s: 90 }, 403)
    expect(problem).toMatchObject({ type: '/problems/locked-for-now', status: 403, errors: { login: ['x'] }, facts: { retry_after_s: 90 } })
    expect(Problem.of(problem.toDocument(), 403)).toEqual(problem)
  })

  test('what is no problem document is still a problem', () => {
    for (const body of [undefined, null, '<html>', [1]]) expect(Problem.of(body, 502)).toMatchObject({ type: 'about:blank', status: 502, facts: {} })
  })

  test('an answer gives its data, a refusal and a silence are thrown', async () => {
    const response = (status: number) => new Response(null, { status })
    expect(await answered(Promise.resolve({ data: 42, response: response(200) }))).toBe(42)
    await expect(answered(Promise.resolve({ error: { type: '/problems/gone' }, response: response(410) }))).rejects.toMatchObject({ type: '/problems/gone', status: 410 })
    await expect(answered(Promise.reject(new TypeError('network')))).rejects.toMatchObject({ type: 'no-answer', status: 0 })
  })
})

describe('saying a problem in Chinese', () => {
  beforeEach(() => inLanguage('zh-CN'))

  test('a known type says what happened, what is safe, what to do', () => {
    expect(line(sentence(refusal('/problems/not-your-grid', 403)))).toBe('那个时候这里不归您负责。记录留着。请告诉网格办核对职责。')
  })

  test('facts are written as people read them', () => {
    expect(sentence(refusal('/problems/locked-for-now', 403, { retry_after_s: 1200 })).todo).toContain('1,200 秒')
  })

  test('an unknown type gets the sentence of its status', () => {
    expect(sentence(refusal('/problems/never-heard-of', 412)).what).toBe('刚刚有别人改过。')
    expect(sentence(refusal('about:blank', 507)).what).toContain('服务器出了问题')
  })

  test.each([[418, 'about:blank'], [0, 'about:blank'], [499, '/problems/x.y.z']])('never the English detail, not even for %i %s', (status, type) => {
    expect(line(sentence(refusal(type, status)))).toBe('没有办成，原因这里说不清。已存的内容都在。请再试一次，还不行就告诉网格办。')
  })

  test('no answer is told as such', () => {
    expect(sentence(Problem.noAnswer('timeout')).what).toBe('没有连上。')
  })

  test('a problem kept beside a record is said the same', () => {
    const problem = refusal('/problems/id-taken', 409)
    expect(sentenceOf(problem.toDocument())).toEqual(sentence(problem))
    expect(sentenceOf(undefined).what).toBe('没有办成，原因这里说不清。')
  })
})

test('in English, sentences stand apart', async () => {
  await inLanguage('en')
  expect(line(sentence(refusal('/problems/not-your-grid', 403)))).toBe('This place was not your duty at that time. The record is kept. Ask the grid office to check the duties.')
})
