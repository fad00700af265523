import { beforeEach, expect, test } from 'vitest'
import { Problem } from '@/shared/problem'
import { placesOf, useSignIn, type Proof } from '@/shared/signInForm'
import { inLanguage } from './texts'

const refusal = (type: string, facts = {}) => Problem.of({ type: `/problems/${type}`, status: 403, ...facts }, 403)
const PLACES = [{ id: 211122, name: '盘山县' }, { id: 150581, name: '霍林郭勒市' }]

/** A door that answers one refusal after the other, then opens. */
function doorThat(...refusals: Problem[]) {
  const shown: Proof[] = []
  let isIn = false
  const signIn = async (proof: Proof) => {
    shown.push(proof)
    const next = refusals.shift()
    if (next) throw next
  }
  const form = useSignIn({ signIn, activate: async () => undefined }, () => { isIn = true })
  form.login.value = ' li '
  form.password.value = 'xuncha2026'
  return { form, shown, isIn: () => isIn }
}

beforeEach(() => inLanguage('zh-CN'))

test('the code is asked for only when the server wants it, and being asked is no refusal', async () => {
  const { form, shown, isIn } = doorThat(refusal('second-factor-needed'))
  await form.enter()
  expect([form.isOtpNeeded.value, form.error.value]).toEqual([true, undefined])
  await form.enter()
  expect(form.error.value).toBe('请先填验证码。')
  form.otp.value = '123 456'
  await form.enter()
  expect(isIn()).toBe(true)
  expect(shown).toEqual([{ login: 'li', password: 'xuncha2026' }, { login: 'li', password: 'xuncha2026', otp: '123456' }])
})

test('a wrong code is told, and the field stays', async () => {
  const { form } = doorThat(refusal('second-factor-needed'), refusal('wrong-code'))
  await form.enter()
  form.otp.value = '000000'
  await form.enter()
  expect(form.isOtpNeeded.value).toBe(true)
  expect(form.error.value).toContain('验证码不对')
})

test('who works in several places chooses one by its name', async () => {
  const { form, shown, isIn } = doorThat(refusal('choose-jurisdiction', { jurisdictions: PLACES }))
  await form.enter()
  expect([form.places.value, form.error.value]).toEqual([PLACES, undefined])
  await form.enter(PLACES[1])
  expect(isIn()).toBe(true)
  expect(shown[1]).toMatchObject({ jurisdiction_id: 150581 })
})

test('another account has other places and another second factor', async () => {
  const { form } = doorThat(refusal('choose-jurisdiction', { jurisdictions: PLACES }))
  await form.enter()
  form.startOver()
  expect([form.places.value, form.isOtpNeeded.value]).toEqual([[], false])
})

test('what is no list of places is none', () => {
  expect(placesOf([{ id: '1', name: 'x' }, null, PLACES[0]])).toEqual([PLACES[0]])
  expect(placesOf('x')).toEqual([])
})
