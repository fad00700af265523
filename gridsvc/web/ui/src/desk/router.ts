import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { IconName } from '@/shared/Icon.vue'
import { pageAsOf } from './asOf'
import { isSignedIn, me } from './session'
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
  { to: '/week', icon: 'week', text: 'nav.week', deed: 'summary.read' },
  { to: '/month', icon: 'month', text: 'nav.month', deed: 'dispatch.read' },
  { to: '/ledger', icon: 'list', text: 'nav.ledger', deed: 'issue.read' },
  { to: '/trace', icon: 'trace', text: 'nav.trace', deed: 'trace.read' },
  { to: '/quarantine', icon: 'box', text: 'nav.quarantine', deed: 'quarantine.read' },
]

const pages: RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/Home.vue') },
  { path: '/week', component: () => import('./pages/Weeks.vue') },
  { path: '/week/:id', component: () => import('./pages/Week.vue') },
  { path: '/month', component: () => import('./pages/Month.vue') },
  { path: '/ledger', component: () => import('./pages/Ledger.vue') },
  { path: '/issues/:id', component: () => import('./pages/Issue.vue') },
  { path: '/trace', component: () => import('./pages/TraceSearch.vue') },
  { path: '/trace/:kind(enterprise|grid|issue)/:id', component: () => import('./pages/Trace.vue') },
  { path: '/quarantine', component: () => import('./pages/Quarantine.vue') },
  { path: '/password', component: () => import('./pages/Password.vue'), meta: { isBare: true } },
  { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { isBare: true, isOpen: true } },
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHistory('/desk/'), routes: pages })

router.beforeEach((to) => {
  if (to.meta.isOpen) return true
  if (!isSignedIn.value) return { path: '/sign-in', query: { next: to.fullPath } }
  return me.value?.must_change_password && to.path !== '/password' ? { path: '/password' } : true
})
router.afterEach((to, from) => {
  if (to.path !== from.path) pageAsOf.value = undefined
})
