import { ref } from 'vue'

const KEPT = 'text-size'

/** Larger letters, for tired eyes and bright sun. Kept on this phone. */
export const isLarge = ref(localStorage.getItem(KEPT) === 'large')

export function showTextSize(large: boolean = isLarge.value): void {
  isLarge.value = large
  localStorage.setItem(KEPT, large ? 'large' : 'normal')
  document.documentElement.dataset.text = large ? 'large' : ''
}
