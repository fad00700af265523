/** Files that the phone hands to the person: into its downloads, from where they can be sent on. */
import { localDayOf, month } from '@/shared/format'

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

/** The receipts of the running month. */
export async function saveReceipts(person: string): Promise<{ month: string; count: number }> {
  const { receiptsOf } = await import('./outbox/receipts')
  const running = monthOf(new Date().toISOString())
  const { count, file } = await receiptsOf(running, monthOf, person)
  if (count) save(file, `gridsvc-receipts-${running}.json`)
  return { month: month(running), count }
}

const monthOf = (madeAt: string): string => localDayOf(madeAt).slice(0, 7)
