import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { IconName } from '@/shared/Icon.vue'
import type { say } from './text'
import Today from './pages/Today.vue'
import { me } from './session'

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

const pages: RouteRecordRaw[] = [
  { path: '/', component: Today, meta: { hasTabs: true } },
  { path: '/patrol', component: () => import('./pages/Patrol.vue') },
  { path: '/inspect/:enterprise', component: () => import('./pages/Inspect.vue') },
  { path: '/report', component: () => import('./pages/Report.vue') },
  { path: '/places', component: () => import('./pages/Places.vue'), meta: { hasTabs: true } },
  { path: '/places/:enterprise', component: () => import('./pages/Place.vue') },
  { path: '/tasks/:issue', component: () => import('./pages/Task.vue') },
  { path: '/close', component: () => import('./pages/Close.vue') },
  { path: '/records', component: () => import('./pages/Records.vue'), meta: { hasTabs: true } },
  { path: '/records/:record', component: () => import('./pages/Receipt.vue') },
  { path: '/me', component: () => import('./pages/Me.vue'), meta: { hasTabs: true } },
  { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { isOpen: true } },
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHashHistory(), routes: pages })

router.beforeEach((to) => (me.value || to.meta.isOpen ? true : '/sign-in'))
