/** Entering the roster from a file: the bytes as the server takes them, the codes as a file of their own. */
import type { Schemas } from '@/shared/api'

export const COLUMNS = ['change', 'login', 'name', 'role', 'subject_kind', 'subject_code', 'seat', 'from', 'until', 'before'] as const
export type Difference = Record<(typeof COLUMNS)[number] | 'phone', string>

/** A file in base64, as JSON can carry it. */
export const base64Of = (file: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error ?? new Error('unread'))
    reader.readAsDataURL(file)
  })

/** Activation codes as CSV that spreadsheets open: with the mark, every cell quoted. */
export function codesFile(codes: readonly Schemas['ActivationCode'][]): Blob {
  const cell = (text: string) => `"${text.replace(/"/g, '""')}"`
  const rows = [['login', 'name', 'activation_code', 'valid_until'], ...codes.map((one) => [one.login, one.name, one.code, one.code_until])]
  return new Blob(['\ufeff', rows.map((row) => row.map(cell).join(',')).join('\r\n'), '\r\n'], { type: 'text/csv' })
}

/** Whether there is anything to enter, and nothing in the way. */
export const standsInTheWay = ({ faults, differences }: Pick<Schemas['Imported'], 'faults' | 'differences'>): 'faults' | 'nothing' | undefined =>
  faults.length ? 'faults' : differences.length ? undefined : 'nothing'
