/** What the outbox does when things go wrong for long: busy servers, refusals, restores, full phones, wrong clocks. */
import 'fake-indexeddb/auto'
import { generateKeyPairSync, sign } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { freeArrived, give, note, retryRevoked, sendAllAgain, sendAsCorrection, tryAgain } from '@/m/outbox/afterwards'
import type { Receipt } from '@/m/outbox/contract'
import { db, RECEIPT_KEYS, remember, SESSION } from '@/m/outbox/database'
import { enqueue, type NewPhoto } from '@/m/outbox/enqueue'
import { unsentAsFiles } from '@/m/outbox/export'
import { noteClock } from '@/m/outbox/health'
import { canonical, isSigned, prove, receiptsOf } from '@/m/outbox/receipts'
import { isFull, isOutOfRoom, withRoom } from '@/m/outbox/room'
import { send } from '@/m/outbox/sender'
import { sha256 } from '@/m/photo'
import { FakeServer } from './fakeServer'

const HOUR_MS = 3_600_000
let server: FakeServer

beforeEach(async () => {
  await Promise.all(db.tables.map((table) => table.clear()))
  await remember(SESSION, { token: 'secret', person_id: 'me', me: {} })
  server = new FakeServer()
})

const visit = (title = '鑫源防水材料厂') => ({ kind: 'inspection' as const, title, body: { place: title } })
const record = async (id: string) => (await db.records.get(id))!
const stateOf = async (id: string) => (await record(id)).state

async function photo(letter: string): Promise<NewPhoto> {
  const data = new Uint8Array(1000).fill(letter.charCodeAt(0)).buffer
  return { data, type: 'image/jpeg', sha256: await sha256(data), taken_at: '2026-11-20T01:43:00Z', purpose: 'scene' }
}

async function refused(verdict: 'conflict' | 'quarantined' | 'rejected', type = '/problems/not-your-grid', photos: NewPhoto[] = []): Promise<string> {
  const id = await enqueue(visit(), photos)
  server.verdicts.set(id, verdict)
  server.problem = { type, status: 409 }
  await send(server.doors())
  return id
}

describe('a server that is busy', () => {
  test('is left alone as long as it says, also by what is new and by a person who taps', async () => {
    await enqueue(visit('1'))
    server.faults.push({ status: 503, wait_s: 120 })
    const { next_at } = await send(server.doors())
    expect(next_at).toBeGreaterThanOrEqual(server.at + 120_000)
    await enqueue(visit('2'))
    await send(server.doors(), true)
    expect(server.asked).toHaveLength(1)
    server.at += 150_000
    await send(server.doors())
    expect(await db.records.where('state').equals('arrived').count()).toBe(2)
  })

  test('cannot shut a phone for a day, and neither can a clock that was wrong', async () => {
    await enqueue(visit())
    server.faults.push({ status: 503, wait_s: 86_400 })
    await send(server.doors())
    server.at += 20 * 60_000
    await send(server.doors())
    expect(server.batches).toHaveLength(1)
    await remember('not_before', server.at + 24 * HOUR_MS)
    const id = await enqueue(visit())
    await db.records.update(id, { next_at: server.at + 24 * HOUR_MS })
    await send(server.doors())
    expect(await stateOf(id)).toBe('arrived')
  })
})

describe('what needs a person', () => {
  test('is asked for again after about an hour: it may have been entered since', async () => {
    const id = await refused('quarantined')
    server.verdicts.clear()
    await send(server.doors(), true)
    expect(await stateOf(id)).toBe('needs_you')
    server.at += 1.3 * HOUR_MS
    await send(server.doors())
    expect(await stateOf(id)).toBe('arrived')
  })

  test('left to the grid office it waits there with its photos, and arrives when they have decided', async () => {
    const id = await refused('quarantined', undefined, [await photo('a')])
    await give(id, new Date(server.at))
    await send(server.doors())
    expect(await record(id)).toMatchObject({ state: 'given', photos_arrived: 1 })
    expect(server.media.size).toBe(1)
    server.verdicts.clear()
    server.at += 2 * HOUR_MS
    await send(server.doors())
    expect(await stateOf(id)).toBe('arrived')
    expect((await record(id)).given_at).toBeUndefined()
  })

  test('comes back when the office has set it aside for good, and is then kept and noted', async () => {
    const id = await refused('quarantined')
    await give(id, new Date(server.at))
    server.problem = { type: '/problems/record-dismissed', status: 409 }
    server.at += 2 * HOUR_MS
    await send(server.doors())
    expect(await stateOf(id)).toBe('needs_you')
    await note(id)
    expect(await stateOf(id)).toBe('noted')
  })

  test('is not simply noted where nothing stands instead', async () => {
    const id = await refused('quarantined')
    await note(id)
    expect(await stateOf(id)).toBe('needs_you')
  })

  test('goes as a correction of what stands, with its photos; the first version stays', async () => {
    const id = await refused('conflict', '/problems/id-taken', [await photo('a')])
    server.verdicts.clear()
    const corrected = (await sendAsCorrection(id, id))!
    await send(server.doors())
    expect(await record(corrected)).toMatchObject({ state: 'arrived', photos_total: 1, photos_arrived: 1, body: { corrects_id: id } })
    expect(await record(id)).toMatchObject({ state: 'noted', corrected_by: corrected })
    expect(await sendAsCorrection(id, id)).toBeUndefined()
  })

  test('what this server never took as a record cannot be left to it', async () => {
    const id = await enqueue(visit())
    server.poison.set(id, 422)
    await send(server.doors())
    await give(id, new Date(server.at))
    expect(await stateOf(id)).toBe('needs_you')
    await tryAgain(id)
    expect(await stateOf(id)).toBe('here')
  })

  test('what a revoked phone handed in goes again after the next sign-in, of that person only', async () => {
    const id = await refused('quarantined', '/problems/device-revoked')
    await retryRevoked('somebody else')
    expect(await stateOf(id)).toBe('needs_you')
    await retryRevoked('me')
    server.verdicts.clear()
    await send(server.doors())
    expect(await stateOf(id)).toBe('arrived')
  })
})

describe('a server that went back to a backup', () => {
  test('gets everything again that is here, photos too, and gives receipts anew', async () => {
    const ids = [await enqueue(visit('1'), [await photo('a')]), await enqueue(visit('2'), [await photo('b')])]
    await send(server.doors())
    await freeArrived(new Date(server.at + 1))
    await db.photos.where('record_id').equals(ids[0]!).modify({ data: (await photo('a')).data })
    server = new FakeServer()
    await sendAllAgain()
    expect((await record(ids[0]!)).former_receipt).toBeDefined()
    await send(server.doors())
    expect(await Promise.all(ids.map(stateOf))).toEqual(['arrived', 'arrived'])
    expect([server.records.size, server.media.size]).toEqual([2, 1])
  })
})

describe('order', () => {
  test('a second action on an issue names the first one that has not arrived', async () => {
    const action = (issue_id: string) => enqueue({ kind: 'issue_action', title: '', body: { issue_id } })
    const first = await action('i')
    const [second, other] = [await action('i'), await action('j')]
    expect((await record(second)).after).toEqual([first])
    expect((await record(other)).after).toBeUndefined()
    await send(server.doors())
    expect((await record(await action('i'))).after).toBeUndefined()
  })
})

describe('how the phone is', () => {
  test('goes with every push: what waits, since when, and by how much the clock is off', async () => {
    await noteClock(new Response(null, { headers: { Date: 'Fri, 20 Nov 2026 01:50:07 GMT' } }), server.at)
    const id = await enqueue({ ...visit(), made_at: new Date('2026-11-19T03:00:00Z') })
    await send(server.doors())
    await enqueue(visit('2'))
    await send(server.doors())
    expect(server.devices[0]).toMatchObject({ queue_length: 1, oldest_unsent_at: (await record(id)).made_at, clock_offset_s: 360 })
    expect(server.devices[1]!.installation_id).toBe(server.devices[0]!.installation_id)
  })
})

describe('a full phone', () => {
  const full = Object.assign(new Error('QuotaExceededError: no room'), { name: 'AbortError', inner: { name: 'QuotaExceededError' } })

  test('is known also inside the error of a transaction', () => {
    expect([isOutOfRoom(full), isOutOfRoom(new Error('else'))]).toEqual([true, false])
  })

  test('makes room of what has arrived and tries once more', async () => {
    const id = await enqueue(visit(), [await photo('a')])
    await send(server.doors())
    let tries = 0
    const kept = await withRoom(async () => { if (!tries++) throw full; return 'kept' })
    expect([kept, isFull.value]).toEqual(['kept', false])
    expect((await db.photos.where('record_id').equals(id).toArray())[0]!.data).toBeNull()
  })

  test('says so until something finds room again, and frees nothing that has no receipt', async () => {
    await enqueue(visit(), [await photo('a')])
    await expect(withRoom(() => Promise.reject(full))).rejects.toBe(full)
    expect(isFull.value).toBe(true)
    expect((await db.photos.toArray())[0]!.data).not.toBeNull()
    await enqueue(visit())
    expect(isFull.value).toBe(false)
  })
})

describe('the file that leaves a broken phone', () => {
  test('is one for each person, mine first', async () => {
    await remember(SESSION, { token: 'secret', person_id: 'you', me: {} })
    await enqueue(visit())
    await remember(SESSION, { token: 'secret', person_id: 'me', me: {} })
    await enqueue(visit())
    expect((await unsentAsFiles(new Date())).map(({ person_id }) => person_id)).toEqual(['me', 'you'])
  })
})

describe('receipts', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  const signed = (content: Receipt): Receipt => ({ ...content, signature: sign(null, Buffer.from(canonical(content)), privateKey).toString('hex') })

  const unsigned = ({ ...receipt }: Receipt): Receipt => {
    delete receipt.signature
    return receipt
  }

  async function withReceipt(more: Partial<Receipt> = {}): Promise<string> {
    const id = await enqueue(visit(), [await photo('a')])
    const { body } = await record(id)
    const digest = `sha256:${await sha256(new TextEncoder().encode(canonical(body)).buffer)}`
    await db.records.update(id, { receipt: signed({ id, digest, media: (body.photos as { sha256: string }[]).map((one) => one.sha256), audit_seq: 7, received_at: '2026-11-20T01:44:07Z', ...more }) })
    return id
  }

  test('JSON has one form: names sorted, numbers and signs as in RFC 8785', () => {
    expect(canonical({ b: [1.0, 1e21, -0, null], a: '\u20ac"\n', '中': true })).toBe('{"a":"€\\"\\n","b":[1,1e+21,0,null],"中":true}')
  })

  test('are genuine with a published key, and about this record and its photos', async () => {
    const id = await withReceipt()
    expect(await prove(await record(id))).toBe('no_key')
    await remember(RECEIPT_KEYS, ['00'.repeat(32), key])
    expect(await prove(await record(id))).toBe('genuine')
  })

  test.each([
    ['altered', 'forged', (receipt: Receipt) => ({ ...receipt, audit_seq: 8 })],
    ['without a signature', 'forged', unsigned],
    ['of another record', 'other', (receipt: Receipt) => signed({ ...unsigned(receipt), id: 'another' })],
    ['about another content', 'other', (receipt: Receipt) => signed({ ...unsigned(receipt), digest: `sha256:${'0'.repeat(64)}` })],
    ['that leaves out a photo', 'other', (receipt: Receipt) => signed({ ...unsigned(receipt), media: [] })],
  ])('%s are told', async (_, proof, change) => {
    await remember(RECEIPT_KEYS, [key])
    const id = await withReceipt()
    await db.records.update(id, { receipt: change((await record(id)).receipt!) })
    expect(await prove(await record(id))).toBe(proof)
  })

  test('of a month go into one file, each of them still signed', async () => {
    await remember(RECEIPT_KEYS, [key])
    const id = await withReceipt()
    const monthOf = (madeAt: string) => madeAt.slice(0, 7)
    const month = monthOf((await record(id)).made_at)
    const { count, file } = await receiptsOf(month, monthOf, 'me')
    const told = JSON.parse(await file.text()) as { receipts: Receipt[] }
    expect([count, await isSigned(told.receipts[0]!, [key])]).toEqual([1, true])
    expect((await receiptsOf('2001-01', monthOf, 'me')).count).toBe(0)
    expect((await receiptsOf(month, monthOf, 'you')).count).toBe(0)
  })
})

