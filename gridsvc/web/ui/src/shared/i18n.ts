import { ref, type App } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Shared } from './locales'

export type Language = 'zh-CN' | 'en'
type Tree = { [key: string]: string | Tree }
type Named = Record<string, string | number>

/** Every path to a text in a tree of messages: 'tab.today', 'format.metres' … */
export type Key<M, Prefix extends string = ''> = {
  [K in keyof M & string]: M[K] extends string ? `${Prefix}${K}` : Key<M[K], `${Prefix}${K}.`>
}[keyof M & string]

/** Say something. With a plural, English picks "one | many" by it and {n} is that number. */
export interface Say<M> {
  (key: Key<M>, named?: Named): string
  (key: Key<M>, named: Named, plural: number): string
}

const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: false as never, messages: {} })
const KEPT = 'language'

export const language = ref<Language>(kept())
let load: (wanted: Language) => Promise<Tree> = async () => ({})

function kept(): Language {
  return globalThis.localStorage?.getItem(KEPT) === 'en' ? 'en' : 'zh-CN'
}

/** The texts of one client, typed by its Chinese messages. */
export const sayer = <M>(): Say<M> => i18n.global.t as unknown as Say<M>

/** What both clients and the shared parts may say. */
export const say = sayer<Shared>()

/** Whether there is a text of this name: problem types come from the server and may be newer than we are. */
export const knows = (key: string): boolean => i18n.global.te(key)

/** Tell where a client's texts come from, and load those of the language kept on this device. */
export async function speak(loader: (wanted: Language) => Promise<Tree>): Promise<void> {
  load = loader
  await switchTo(language.value)
}

export async function switchTo(wanted: Language): Promise<void> {
  i18n.global.setLocaleMessage(wanted, await load(wanted))
  i18n.global.locale.value = wanted as never
  language.value = wanted
  globalThis.localStorage?.setItem(KEPT, wanted)
  if (globalThis.document) document.documentElement.lang = wanted
}

/** More texts of a language, beside those it has. */
export const add = (to: Language, texts: Tree): void => i18n.global.mergeLocaleMessage(to, texts)

export const installTexts = (app: App): void => void app.use(i18n)
