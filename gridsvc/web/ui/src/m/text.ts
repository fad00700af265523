/** The phone's texts. A page adds its file to locales/zh-CN.ts and locales/en.ts beside this. */
import { sayer, type Language } from '@/shared/i18n'
import type zh from './locales/zh-CN'

export const say = sayer<typeof zh>()

/** One chunk a language; the service worker holds both. */
export const loadTexts = async (wanted: Language): Promise<typeof zh> =>
  (wanted === 'en' ? await import('./locales/en') : await import('./locales/zh-CN')).default
