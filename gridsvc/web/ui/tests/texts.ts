/** Both languages of a client, as the tests switch between them. */
import { speak, switchTo, type Language } from '@/shared/i18n'
import desk from '@/desk/locales/zh-CN'
import deskEn from '@/desk/locales/en'
import phone from '@/m/locales/zh-CN'
import phoneEn from '@/m/locales/en'

export const clients = { phone: { 'zh-CN': phone, en: phoneEn }, desk: { 'zh-CN': desk, en: deskEn } }

export const inLanguage = async (wanted: Language): Promise<void> => {
  await speak(async (language) => clients.phone[language])
  await switchTo(wanted)
}
