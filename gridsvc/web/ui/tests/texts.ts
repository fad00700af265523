/** Both languages of a client, as the tests switch between them; of the phone also what comes with its pages. */
import { speak, switchTo, type Language } from '@/shared/i18n'
import desk from '@/desk/locales/zh-CN'
import deskEn from '@/desk/locales/en'
import phone from '@/m/locales/zh-CN'
import phoneEn from '@/m/locales/en'
import { fileOf, pageTexts } from '@/m/locales/pages'

const ofPages = async (of: Language) => Object.fromEntries(await Promise.all(pageTexts.map(async (name) => [name, await fileOf(of, name)] as const)))

export const clients = {
  phone: { 'zh-CN': { ...phone, ...(await ofPages('zh-CN')) }, en: { ...phoneEn, ...(await ofPages('en')) } },
  desk: { 'zh-CN': desk, en: deskEn },
}

export const inLanguage = async (wanted: Language): Promise<void> => {
  await speak(async (language) => clients.phone[language])
  await switchTo(wanted)
}
