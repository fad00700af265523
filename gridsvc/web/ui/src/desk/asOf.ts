/** The moment of the numbers on the page, shown in the bar. A page sets it from its answer's `as_of`. */
import { shallowRef } from 'vue'

export const pageAsOf = shallowRef<string>()
