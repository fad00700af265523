/** Whether this phone has the client as an app, and the browser's own offer to install it. */
import { ref, shallowRef } from 'vue'

/** What browsers with an install button of their own hand over, once, soon after the page has loaded. */
export interface Offer extends Event { prompt(): Promise<unknown>; userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }> }

export const offer = shallowRef<Offer>()
export const isInstalled = ref(matchMedia('(display-mode: standalone)').matches)

/** Begin before anything else: the offer comes once. */
export function watchForOffers(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault() // we ask on the page that explains it, not in the middle of a round
    offer.value = event as Offer
  })
  addEventListener('appinstalled', () => {
    offer.value = undefined
    isInstalled.value = true
  })
}

/** Let the browser ask. An offer serves once. */
export async function install(): Promise<'accepted' | 'dismissed'> {
  const given = offer.value!
  offer.value = undefined
  await given.prompt()
  return (await given.userChoice).outcome
}
