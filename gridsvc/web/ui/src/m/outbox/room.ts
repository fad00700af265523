/** When the phone is full: nothing is half kept, room is made of what has arrived, and the person is told. */
import { shallowRef } from 'vue'
import { freeArrived } from './afterwards'

/** The last thing that was to be kept found no room. Gone with the next one that does. */
export const isFull = shallowRef(false)

/** Keep something. Without room the originals that have arrived make way, and it is tried once more. */
export async function withRoom<T>(keep: () => Promise<T>): Promise<T> {
  try {
    const kept = await keep().catch((cause: unknown) => again(keep, cause))
    isFull.value = false
    return kept
  } catch (cause) {
    if (isOutOfRoom(cause)) isFull.value = true
    throw cause
  }
}

async function again<T>(keep: () => Promise<T>, cause: unknown): Promise<T> {
  if (!isOutOfRoom(cause) || !(await freeArrived(new Date()))) throw cause
  return keep()
}

/** The browser says so itself, or as the reason why a transaction was given up. */
export function isOutOfRoom(cause: unknown): boolean {
  const { name, message, inner } = (cause ?? {}) as { name?: string; message?: string; inner?: unknown }
  return name === 'QuotaExceededError' || /QuotaExceeded/.test(message ?? '') || (inner !== undefined && inner !== cause && isOutOfRoom(inner))
}
