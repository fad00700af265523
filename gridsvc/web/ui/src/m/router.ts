import type { Component } from 'vue'
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { IconName } from '@/shared/Icon.vue'
import type { PageTexts } from './locales/pages'
import Today from './pages/Today.vue'
import { me } from './session'
import { needTexts, type say } from './text'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shows the tab bar. */
    hasTabs?: boolean
    /** Needs nobody signed in. */
    isOpen?: boolean
  }
}

type TextKey = Parameters<typeof say>[0]

/** The tab bar, in order. */
export const tabs: { to: string; icon: IconName; text: TextKey }[] = [
  { to: '/', icon: 'home', text: 'tab.today' },
  { to: '/places', icon: 'shop', text: 'tab.places' },
  { to: '/records', icon: 'list', text: 'tab.records' },
  { to: '/me', icon: 'me', text: 'tab.me' },
]

/** A page that is fetched when it is first opened, together with the files of texts that it and its parts say. */
const page = (load: () => Promise<{ default: Component }>, ...texts: (keyof PageTexts)[]) => async (): Promise<{ default: Component }> => {
  const [loaded] = await Promise.all([load(), ...[...texts, 'problems' as const].map(needTexts)])
  return loaded
}

const pages: RouteRecordRaw[] = [
  { path: '/', component: Today, meta: { hasTabs: true } },
  { path: '/patrol', component: page(() => import('./pages/Patrol.vue'), 'patrol') },
  { path: '/inspect/:enterprise', component: page(() => import('./pages/Inspect.vue'), 'inspect') },
  { path: '/formal/:enterprise', component: page(() => import('./pages/Formal.vue'), 'formal', 'inspect') },
  { path: '/report', component: page(() => import('./pages/Report.vue'), 'report') },
  { path: '/urgent', component: page(() => import('./pages/Report.vue'), 'report'), props: { urgent: true } },
  { path: '/search', component: page(() => import('./pages/Search.vue'), 'search') },
  { path: '/nearby', component: page(() => import('./pages/Nearby.vue'), 'nearby') },
  { path: '/new-place', component: page(() => import('./pages/NewPlace.vue'), 'new_place') },
  { path: '/my-issues', component: page(() => import('./pages/MyIssues.vue'), 'issues') },
  { path: '/my-month', component: page(() => import('./pages/MyMonth.vue'), 'month') },
  { path: '/my-flags', component: page(() => import('./pages/MyFlags.vue'), 'flags', 'evidence') },
  { path: '/places', component: page(() => import('./pages/Places.vue'), 'places'), meta: { hasTabs: true } },
  { path: '/places/:enterprise', component: page(() => import('./pages/Place.vue'), 'places', 'formal') },
  { path: '/places/:enterprise/mend', component: page(() => import('./pages/Mend.vue'), 'mend', 'records') },
  { path: '/tasks/:issue', component: page(() => import('./pages/Task.vue'), 'task') },
  { path: '/close', component: page(() => import('./pages/Close.vue'), 'close') },
  { path: '/records', component: page(() => import('./pages/Records.vue'), 'records'), meta: { hasTabs: true } },
  { path: '/records/:record', component: page(() => import('./pages/Receipt.vue'), 'receipt', 'records') },
  { path: '/records/:record/decide', component: page(() => import('./pages/Decide.vue'), 'decide', 'records') },
  { path: '/me', component: page(() => import('./pages/Me.vue'), 'me'), meta: { hasTabs: true } },
  { path: '/me/pin', component: page(() => import('./pages/Pin.vue'), 'pin') },
  { path: '/me/install', component: page(() => import('./pages/Install.vue'), 'install') },
  { path: '/sign-in', component: page(() => import('./pages/SignIn.vue')), meta: { isOpen: true } },
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHashHistory(), routes: pages })

router.beforeEach((to) => (me.value || to.meta.isOpen ? true : '/sign-in'))
