/** Files that the phone hands to the person: into its downloads, from where they can be sent on. */
import { localDayOf, month } from '@/shared/format'
import type { Receipt } from './outbox/contract'

const KEEP_ALIVE_MS = 60_000

export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_ALIVE_MS) // the browser may still be reading
}

/** Everything without a receipt, a file for each person who worked with this phone. Needs no signal and no room in the database. */
export async function saveUnsent(): Promise<void> {
  const { unsentAsFiles } = await import('./outbox/export')
  const now = new Date()
  for (const [n, { file }] of (await unsentAsFiles(now)).entries()) save(file, `gridsvc-${localDayOf(now.getTime())}${n ? `-${n + 1}` : ''}.json`)
}

/** The receipts of a month, the running one if none is named: what this phone holds, and what the server told of other phones. */
export async function saveReceipts(person: string, wanted = monthOf(new Date().toISOString()), elsewhere: Receipt[] = []): Promise<{ month: string; count: number }> {
  const { receiptsOf } = await import('./outbox/receipts')
  const { count, file } = await receiptsOf(wanted, monthOf, person, elsewhere)
  if (count) save(file, `gridsvc-receipts-${wanted}.json`)
  return { month: month(wanted), count }
}

const monthOf = (madeAt: string): string => localDayOf(madeAt).slice(0, 7)
