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

/**
 * The rail, in order. A line is added together with its page; `deed`: only for those who may do it;
 * `rare`: what is not for every day, and goes behind one button where the rail would get too long.
 */
export interface RailLine { to: string; icon: IconName; text: TextKey; deed?: string; rare?: true }
export const rail: RailLine[] = [
  { to: '/', icon: 'home', text: 'nav.home' },
  { to: '/week', icon: 'week', text: 'nav.week', deed: 'summary.read' },
  { to: '/month', icon: 'month', text: 'nav.month', deed: 'dispatch.read' },
  { to: '/ledger', icon: 'list', text: 'nav.ledger', deed: 'issue.read' },
  { to: '/registry', icon: 'shop', text: 'nav.registry', deed: 'enterprise.read' },
  { to: '/trace', icon: 'trace', text: 'nav.trace', deed: 'trace.read' },
  { to: '/duties', icon: 'people', text: 'nav.duties', deed: 'roster.read' },
  { to: '/flags', icon: 'eye', text: 'nav.flags', deed: 'flag.read' },
  { to: '/debt', icon: 'clock', text: 'nav.debt', deed: 'field.read' },
  { to: '/rules', icon: 'gear', text: 'nav.rules', deed: 'roster.read', rare: true },
  { to: '/quarantine', icon: 'box', text: 'nav.quarantine', deed: 'quarantine.read', rare: true },
  { to: '/phones', icon: 'send', text: 'nav.phones', deed: 'phone.read', rare: true },
  { to: '/devices', icon: 'phone', text: 'nav.devices', deed: 'device.manage', rare: true },
  { to: '/accounts', icon: 'me', text: 'nav.accounts', deed: 'account.manage', rare: true },
  { to: '/access-tokens', icon: 'lock', text: 'nav.tokens', deed: 'access_token.manage', rare: true },
  { to: '/audit', icon: 'shield', text: 'nav.audit', deed: 'audit.verify', rare: true },
]

const pages: RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/Home.vue') },
  { path: '/week', component: () => import('./pages/Weeks.vue') },
  { path: '/week/:id', component: () => import('./pages/Week.vue') },
  { path: '/month', component: () => import('./pages/Month.vue') },
  { path: '/ledger', component: () => import('./pages/Ledger.vue') },
  { path: '/issues/:id', component: () => import('./pages/Issue.vue') },
  { path: '/registry', component: () => import('./pages/Registry.vue') },
  { path: '/registry/import', component: () => import('./pages/RegistryImport.vue') },
  { path: '/registry/:id', component: () => import('./pages/Enterprise.vue') },
  { path: '/trace', component: () => import('./pages/TraceSearch.vue') },
  { path: '/trace/:kind(enterprise|grid|issue)/:id', component: () => import('./pages/Trace.vue') },
  { path: '/duties', component: () => import('./pages/Duties.vue') },
  { path: '/duties/import', component: () => import('./pages/PeopleImport.vue') },
  { path: '/duties/:kind(grid|enterprise|unit|person)/:id', component: () => import('./pages/DutiesOf.vue') },
  { path: '/flags', component: () => import('./pages/Flags.vue') },
  { path: '/debt', component: () => import('./pages/Debt.vue') },
  { path: '/marks', component: () => import('./pages/Marks.vue') },
  { path: '/rules', component: () => import('./pages/Rules.vue') },
  { path: '/rules/new', component: () => import('./pages/NewRules.vue') },
  { path: '/calendar', component: () => import('./pages/Calendar.vue') },
  { path: '/checklists', component: () => import('./pages/Checklists.vue') },
  { path: '/quarantine', component: () => import('./pages/Quarantine.vue') },
  { path: '/phones', component: () => import('./pages/Phones.vue') },
  { path: '/devices', component: () => import('./pages/Devices.vue') },
  { path: '/accounts', component: () => import('./pages/Accounts.vue') },
  { path: '/access-tokens', component: () => import('./pages/AccessTokens.vue') },
  { path: '/audit', component: () => import('./pages/Audit.vue') },
  { path: '/security', component: () => import('./pages/Security.vue') },
  { path: '/second-factor', component: () => import('./pages/SecondFactor.vue'), meta: { isBare: true } },
  { path: '/password', component: () => import('./pages/Password.vue'), meta: { isBare: true } },
  { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { isBare: true, isOpen: true } },
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHistory('/desk/'), routes: pages })

/** What somebody has to set up before all else. */
function setUpFirst(): string | undefined {
  if (me.value?.must_change_password) return '/password'
  return me.value?.second_factor.must_set_up ? '/second-factor' : undefined
}

router.beforeEach((to) => {
  if (to.meta.isOpen) return true
  if (!isSignedIn.value) return { path: '/sign-in', query: { next: to.fullPath } }
  const first = setUpFirst()
  return first && to.path !== first ? { path: first } : true
})
router.afterEach((to, from) => {
  if (to.path !== from.path) pageAsOf.value = undefined
})
