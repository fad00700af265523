/** The phone's texts: those of the first page come with it, those of a page with the page. */
import { add, language, sayer, type Language } from '@/shared/i18n'
import type first from './locales/zh-CN'
import { fileOf, type PageTexts } from './locales/pages'

type First = typeof first

export const say = sayer<First & PageTexts>()

const wanted = new Map<keyof PageTexts, Promise<void>>()

/** The first load's, and of every file that a page has asked for. The service worker holds them all. */
export async function loadTexts(of: Language): Promise<First & Partial<PageTexts>> {
  const first = of === 'en' ? import('./locales/en') : import('./locales/zh-CN')
  const more = await Promise.all([...wanted.keys()].map(async (name) => [name, await fileOf(of, name)] as const))
  return { ...(await first).default, ...Object.fromEntries(more) }
}

/** Have a file of texts at hand, in the language of the page and in whichever it is switched to later. */
export function needTexts(name: keyof PageTexts): Promise<void> {
  const coming = wanted.get(name) ?? bring(name)
  wanted.set(name, coming)
  return coming
}

async function bring(name: keyof PageTexts): Promise<void> {
  const of = language.value
  try {
    add(of, { [name]: await fileOf(of, name) })
  } catch (cause) {
    wanted.delete(name) // no signal, and no worker yet that holds it: the next to ask tries again
    throw cause
  }
}
