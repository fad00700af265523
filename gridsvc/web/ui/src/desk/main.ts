import { createApp, watch } from 'vue'
import '@/shared/base.css'
import './desk.css'
import '@/shared/tokens.css'
import { installTexts, speak } from '@/shared/i18n'
import { Problem } from '@/shared/problem'
import App from './App.vue'
import { router } from './router'
import { isSignedIn, resume } from './session'
import { loadTexts } from './text'

async function start(): Promise<void> {
  await Promise.all([speak(loadTexts), resumeIfAnswered()])
  const app = createApp(App).use(router)
  installTexts(app)
  app.mount('#app')
  watch(isSignedIn, (signedIn) => {
    if (!signedIn) void router.push({ path: '/sign-in', query: { next: router.currentRoute.value.fullPath } })
  })
}

/** Without an answer nobody is signed in; the sign-in page says so when it is tried. */
const resumeIfAnswered = () =>
  resume().catch((cause: unknown) => {
    if (!(cause instanceof Problem)) throw cause
  })

void start()
