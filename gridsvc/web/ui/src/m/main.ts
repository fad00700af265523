import { createApp } from 'vue'
import '@/shared/base.css'
import './m.css'
import '@/shared/tokens.css'
import { installTexts, speak } from '@/shared/i18n'
import App from './App.vue'
import { startDelivery } from './delivery'
import { watchForOffers } from './installing'
import { recordPatrols } from './recorder'
import { startRefreshing } from './refresh'
import { resumePin } from './pin'
import { router } from './router'
import { isExpired, resume } from './session'
import { loadTexts, needTexts } from './text'
import { showTextSize } from './textSize'
import { watchForUpdates } from './update'

async function start(): Promise<void> {
  watchForOffers()
  showTextSize()
  await Promise.all([resume(), resumePin(), speak(loadTexts)])
  const app = createApp(App).use(router)
  installTexts(app)
  app.mount('#app')
  void needTexts('problems') // the first page stands without
  startDelivery(() => { isExpired.value = true })
  startRefreshing()
  recordPatrols()
  await watchForUpdates()
}

void start()
