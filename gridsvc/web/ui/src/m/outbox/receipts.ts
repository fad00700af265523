/** Whether a receipt is the server's word: asked on the phone, without signal. Loaded only when somebody asks. */
import { etc, verifyAsync } from '@noble/ed25519'
import { isRecord } from '@/shared/problem'
import type { Receipt } from './contract'
import { db, recall, RECEIPT_KEYS, type OutboxRecord } from './database'

/** no_key: this phone has not read the server's key yet · forged: not signed with it, or altered · other: not about this record. */
export type Proof = 'genuine' | 'forged' | 'other' | 'no_key'

/** Prove the receipt of a record: signed with a published key, about what this phone made and its photos. */
export async function prove(record: OutboxRecord): Promise<Proof> {
  const { receipt } = record
  const keys = (await recall<string[]>(RECEIPT_KEYS)) ?? []
  if (!keys.length) return 'no_key'
  if (!receipt || !(await isSigned(receipt, keys))) return 'forged'
  return (await isAbout(receipt, record)) ? 'genuine' : 'other'
}

/** Whether one of `keys` (64 hexadecimal digits) has signed it. */
export async function isSigned({ signature, ...content }: Receipt, keys: string[]): Promise<boolean> {
  if (!signature || !isHex(signature, 128)) return false
  const message = new TextEncoder().encode(canonical(content))
  const checks = keys.filter((key) => isHex(key, 64)).map((key) => verifyAsync(etc.hexToBytes(signature), message, etc.hexToBytes(key)).catch(() => false))
  return (await Promise.all(checks)).includes(true)
}

async function isAbout(receipt: Receipt, { id, body }: OutboxRecord): Promise<boolean> {
  const declared = ((body.photos ?? []) as { sha256: string }[]).map(({ sha256 }) => sha256)
  const isOurs = receipt.id === id && declared.every((sha256) => receipt.media?.includes(sha256))
  const [algorithm, digits] = (receipt.digest ?? '').split(':')
  if (algorithm !== 'sha256') return isOurs // by an algorithm that browsers do not have
  return isOurs && digits === hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical(body))))
}

/** JSON in the one form of RFC 8785, in which the server signs. Numbers and strings are written as ECMAScript does. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value).filter((name) => value[name] !== undefined).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

/**
 * The receipts of a month (2026-11, by the day of making) in one file, those of photos too, for `flask receipts verify`:
 * those that this phone holds, and those that the server told of other phones.
 */
export async function receiptsOf(month: string, monthOf: (madeAt: string) => string, person: string, told_elsewhere: Receipt[] = []): Promise<{ count: number; file: Blob }> {
  const records = await db.records.filter((record) => record.receipt !== undefined && record.person_id === person && monthOf(record.made_at) === month).sortBy('device_seq')
  const photos = await db.photos.where('record_id').anyOf(records.map(({ id }) => id)).filter(({ receipt }) => receipt !== undefined).toArray()
  const here = new Set(records.map(({ id }) => id))
  const elsewhere = told_elsewhere.filter(({ id }) => !here.has(id as string))
  const told = { format: 'gridsvc-receipts/1', month, person_id: person, public_keys: (await recall<string[]>(RECEIPT_KEYS)) ?? [], receipts: [...[...records, ...photos].map(({ receipt }) => receipt), ...elsewhere] }
  return { count: told.receipts.length, file: new Blob([JSON.stringify(told, null, 1)], { type: 'application/json' }) }
}

const isHex = (text: string, digits: number): boolean => text.length === digits && /^[0-9a-f]+$/.test(text)
const hex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
