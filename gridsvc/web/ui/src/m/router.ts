import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { IconName } from '@/shared/Icon.vue'
import type { say } from './text'
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

/** The tab bar, in order. A tab is listed once its page exists. */
export const tabs: { to: string; icon: IconName; text: TextKey }[] = [
  { to: '/records', icon: 'list', text: 'tab.records' },
  { to: '/me', icon: 'me', text: 'tab.me' },
]

const pages: RouteRecordRaw[] = [
  { path: '/', redirect: '/records' },
  { path: '/records', component: () => import('./pages/Records.vue'), meta: { hasTabs: true } },
  { path: '/me', component: () => import('./pages/Me.vue'), meta: { hasTabs: true } },
  { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { isOpen: true } },
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHashHistory(), routes: pages })

router.beforeEach((to) => (me.value || to.meta.isOpen ? true : '/sign-in'))
