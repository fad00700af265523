import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { IconName } from '@/shared/Icon.vue'
import { pageAsOf } from './asOf'
import { isSignedIn } from './session'
import type { say } from './text'

declare module 'vue-router' {
  interface RouteMeta {
    /** Stands alone, without rail and bar. */
    isBare?: boolean
    /** Needs nobody signed in. */
    isOpen?: boolean
  }
}

type TextKey = Parameters<typeof say>[0]

/** The rail, in order. A line is added together with its page; `deed`: only for those who may do it. */
export const rail: { to: string; icon: IconName; text: TextKey; deed?: string }[] = [
  { to: '/', icon: 'home', text: 'nav.home' },
]

const pages: RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/Home.vue') },
  { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { isBare: true, isOpen: true } },
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHistory('/desk/'), routes: pages })

router.beforeEach((to) => (isSignedIn.value || to.meta.isOpen ? true : { path: '/sign-in', query: { next: to.fullPath } }))
router.afterEach((to, from) => {
  if (to.path !== from.path) pageAsOf.value = undefined
})
