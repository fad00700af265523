import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, test } from 'vitest'
import { freeArrived, tryAgain } from '@/m/outbox/afterwards'
import { db, remember, SESSION } from '@/m/outbox/database'
import { dropPhoto, enqueue, enqueueAll, keepPhoto, NotSignedIn, type NewPhoto } from '@/m/outbox/enqueue'
import { unsentAsFiles } from '@/m/outbox/export'
import { send } from '@/m/outbox/sender'
import { backoffMs } from '@/m/outbox/wire'
import { sha256 } from '@/m/photo'
import { FakeServer, fakeLocks } from './fakeServer'

let server: FakeServer

beforeEach(async () => {
  await Promise.all(db.tables.map((table) => table.clear()))
  await remember(SESSION, { token: 'secret', person_id: 'me', me: {} })
  server = new FakeServer()
})

const visit = (title = '鑫源防水材料厂', id?: string) => ({ kind: 'inspection' as const, title, body: { place: title }, ...(id ? { id } : {}) })

async function photo(letter: string, size = 300_000): Promise<NewPhoto> {
  const data = new Uint8Array(size).fill(letter.charCodeAt(0)).buffer
  return { data, type: 'image/jpeg', sha256: await sha256(data), taken_at: '2026-11-20T01:43:00Z', purpose: 'scene', position: { type: 'Point', coordinates: [122.1, 41.2] }, accuracy_m: 8 }
}

const record = async (id: string) => (await db.records.get(id))!
const stateOf = async (id: string) => (await record(id)).state
const photosOf = (id: string) => db.photos.where('record_id').equals(id).sortBy('id')

describe('keeping', () => {
  test('a record and its photos are kept together, and the body declares exactly the photos that are kept', async () => {
    const [one, two] = [await photo('a'), await photo('b')]
    const id = await enqueue(visit(), [one, two])
    const kept = await record(id)
    expect(kept).toMatchObject({ state: 'here', photos_total: 2, photos_arrived: 0, device_seq: 1, person_id: 'me' })
    expect(kept.body.photos).toEqual([one, two].map(({ sha256, taken_at, purpose, position, accuracy_m }) => ({ sha256, taken_at, purpose, position, crs: 'wgs84', accuracy_m })))
  })

  test('a kill while keeping leaves nothing of a record behind, not even its number', async () => {
    const dies = async () => { throw new Error('battery') }
    await expect(enqueueAll([{ record: visit(), photos: [await photo('a')] }, { record: visit('second') }], dies)).rejects.toThrow('battery')
    expect([await db.records.count(), await db.photos.count()]).toEqual([0, 0])
    expect((await record(await enqueue(visit()))).device_seq).toBe(1)
  })

  test('the end of a patrol and its track are kept in one transaction with the patrol itself', async () => {
    await db.patrols.add({ id: 'p', grid_id: 'g', person_id: 'me', started_at: '2026-11-20T00:31:00Z' })
    const ended_at = '2026-11-20T01:50:00Z'
    await enqueueAll([{ record: { kind: 'track', title: '', body: {} } }, { record: { kind: 'patrol_end', title: '', body: {} } }], () => db.patrols.update('p', { ended_at }))
    expect((await db.records.orderBy('device_seq').toArray()).map(({ kind }) => kind)).toEqual(['track', 'patrol_end'])
    expect((await db.patrols.get('p'))!.ended_at).toBe(ended_at)
  })

  test('photos kept while a record was being made become part of it, and its draft goes', async () => {
    await db.drafts.add({ id: 'r', kind: 'inspection', subject_id: 'e', person_id: 'me', updated_at: '', content: {} })
    await keepPhoto('r', await photo('a'))
    await dropPhoto(await keepPhoto('r', await photo('b')))
    await enqueue(visit('x', 'r'))
    expect(await record('r')).toMatchObject({ photos_total: 1 })
    expect(await db.drafts.count()).toBe(0)
    await dropPhoto((await photosOf('r'))[0]!.id)
    expect(await photosOf('r')).toHaveLength(1)
  })

  test('the same id is never kept twice: a second tap on the button changes nothing', async () => {
    await enqueue(visit('x', 'r'))
    await expect(enqueue(visit('y', 'r'))).rejects.toThrow()
    expect((await record('r')).title).toBe('x')
  })

  test('without anybody signed in nothing is kept', async () => {
    await db.meta.delete(SESSION)
    await expect(enqueue(visit())).rejects.toThrow(NotSignedIn)
    expect((await send(server.doors())).ending).toBe('signed_out')
  })
})

describe('sending', () => {
  test('a record without photos has arrived with its receipt', async () => {
    const id = await enqueue(visit())
    expect(await send(server.doors())).toEqual({ ending: 'done', left: 0, next_at: undefined })
    expect(await record(id)).toMatchObject({ state: 'arrived', receipt: { id }, arrived_at: '2026-11-20T01:44:07.000Z' })
  })

  test('a record with photos has arrived only when the last photo has its receipt', async () => {
    const id = await enqueue(visit(), [await photo('a'), await photo('b')])
    server.faults.push(undefined, undefined, undefined, undefined, undefined, 'lost-request')
    await send(server.doors())
    expect(await record(id)).toMatchObject({ state: 'sending', photos_arrived: 1 })
    await send(server.doors(), true)
    expect(await record(id)).toMatchObject({ state: 'arrived', photos_arrived: 2 })
    expect(server.media.size).toBe(2)
  })

  test('records go before photos, in the order they were made', async () => {
    const ids = [await enqueue(visit('1'), [await photo('a', 10)]), await enqueue(visit('2'))]
    await send(server.doors())
    expect(server.batches).toEqual([ids])
    expect(server.asked).toEqual(['POST /api/v1/sync/push', 'POST /api/v1/media', 'PATCH /api/v1/media/…'])
  })

  test('a lost answer is asked again with the same id, and counted once', async () => {
    const id = await enqueue(visit())
    server.faults.push('lost-answer')
    expect((await send(server.doors())).ending).toBe('no_answer')
    expect(await stateOf(id)).toBe('here')
    await send(server.doors(), true)
    expect(await stateOf(id)).toBe('arrived')
    expect(server.records.size).toBe(1)
  })

  test('a portal that answers 200 with its own page is no arrival', async () => {
    const id = await enqueue(visit(), [await photo('a')])
    server.faults.push('portal')
    expect((await send(server.doors())).ending).toBe('no_answer')
    expect(await stateOf(id)).toBe('here')
    server.faults.push(undefined, 'portal')
    await send(server.doors(), true)
    expect((await photosOf(id))[0]).toMatchObject({ state: 'here' })
  })

  test('an acceptance without a receipt is no arrival', async () => {
    const id = await enqueue(visit())
    const fetch = async () => Response.json({ verdicts: [{ id, verdict: 'accepted' }] })
    await send(server.doors({ fetch: fetch as typeof globalThis.fetch }))
    expect(await record(id)).toMatchObject({ state: 'here', attempts: 1 })
  })

  test('a kill in the middle of sending leaves records that are sent again', async () => {
    const id = await enqueue(visit())
    await db.records.update(id, { state: 'sending' })
    await send(server.doors())
    expect(await stateOf(id)).toBe('arrived')
  })

  test('while surely offline no attempt is spent', async () => {
    const id = await enqueue(visit())
    server.isOnline = false
    expect((await send(server.doors())).ending).toBe('offline')
    expect(await record(id)).toMatchObject({ state: 'here', attempts: 0 })
    expect(server.asked).toEqual([])
  })

  test('after a failure it waits longer each time, unless a person asks', async () => {
    const id = await enqueue(visit())
    server.faults.push(503)
    const { next_at } = await send(server.doors())
    expect(next_at).toBe(server.at + 2000)
    await send(server.doors())
    expect(server.asked).toHaveLength(1)
    server.at = next_at!
    await send(server.doors())
    expect(await stateOf(id)).toBe('arrived')
  })

  test('the wait doubles, is capped, and is spread', () => {
    expect([1, 2, 3].map((n) => backoffMs(n, 0.5))).toEqual([2000, 4000, 8000])
    expect(backoffMs(50, 0.5)).toBe(300_000)
    expect([backoffMs(1, 0), backoffMs(1, 1)]).toEqual([1500, 2500])
  })

  test('a phone that was signed out keeps everything and spends no attempt', async () => {
    const id = await enqueue(visit())
    server.token = 'another'
    expect((await send(server.doors())).ending).toBe('signed_out')
    expect(await record(id)).toMatchObject({ state: 'here', attempts: 0 })
  })

  test("one person's records never go under another's name", async () => {
    const mine = await enqueue(visit())
    await remember(SESSION, { token: 'secret', person_id: 'you', me: {} })
    const yours = await enqueue(visit())
    await send(server.doors())
    expect([await stateOf(mine), await stateOf(yours)]).toEqual(['here', 'arrived'])
  })
})

describe('a bad record never stands in the way', () => {
  test.each(['conflict', 'quarantined', 'rejected'] as const)('%s needs a person, is kept with its reason and photos, and its neighbours arrive', async (verdict) => {
    const ids = [await enqueue(visit('1')), await enqueue(visit('2'), [await photo('a')]), await enqueue(visit('3'))]
    server.verdicts.set(ids[1]!, verdict)
    expect((await send(server.doors())).left).toBe(0)
    expect(await Promise.all(ids.map(stateOf))).toEqual(['arrived', 'needs_you', 'arrived'])
    expect(await record(ids[1]!)).toMatchObject({ verdict, problem: { type: '/problems/not-your-grid' } })
    expect((await photosOf(ids[1]!))[0]!.data).not.toBeNull()
  })

  test('a held record waits for the one before it and is asked again later', async () => {
    const id = await enqueue(visit())
    server.verdicts.set(id, 'held')
    await send(server.doors())
    expect(await record(id)).toMatchObject({ state: 'here', verdict: 'held', attempts: 1 })
    server.verdicts.clear()
    await send(server.doors(), true)
    const arrived = await record(id)
    expect(arrived.state).toBe('arrived')
    expect(arrived.verdict).toBeUndefined()
  })

  test('a batch that is refused as a whole is halved until the one to blame stands alone', async () => {
    const ids: string[] = []
    for (let n = 0; n < 9; n++) ids.push(await enqueue(visit(String(n))))
    server.poison.set(ids[4]!, 400)
    await send(server.doors())
    expect(await stateOf(ids[4]!)).toBe('needs_you')
    expect([...server.records.keys()]).toEqual(ids.filter((_, n) => n !== 4))
  })

  test('one over which the server stumbles is put off, the others arrive', async () => {
    const ids = [await enqueue(visit('1')), await enqueue(visit('2')), await enqueue(visit('3'))]
    server.poison.set(ids[0]!, 500)
    expect(await send(server.doors())).toMatchObject({ ending: 'done', left: 1 })
    expect(await Promise.all(ids.map(stateOf))).toEqual(['here', 'arrived', 'arrived'])
  })

  test('a server that stumbles over everything is left alone after a few tries', async () => {
    for (let n = 0; n < 40; n++) await enqueue(visit(String(n)))
    server.faults.push(...Array<number>(100).fill(500))
    expect((await send(server.doors())).ending).toBe('no_answer')
    expect(server.asked.length).toBeLessThan(20)
    expect(await db.records.where('state').equals('here').count()).toBe(40)
  })

  test('a record that failed often goes alone and after the fresh ones', async () => {
    const tired = await enqueue(visit('tired'))
    await db.records.update(tired, { attempts: 3 })
    const fresh = await enqueue(visit('fresh'))
    await send(server.doors())
    expect(server.batches).toEqual([[fresh], [tired]])
  })

  test('many records go in batches of bounded size', async () => {
    for (let n = 0; n < 120; n++) await enqueue(visit(String(n)))
    await send(server.doors())
    expect(server.batches.map((batch) => batch.length)).toEqual([100, 20])
    expect(await db.records.where('state').equals('arrived').count()).toBe(120)
  })
})

describe('photos', () => {
  test('an upload goes on where it stopped, after a kill too', async () => {
    const id = await enqueue(visit(), [await photo('a', 300_000)])
    server.faults.push(undefined, undefined, undefined, 'lost-request')
    await send(server.doors())
    expect(server.bytesReceived).toBe(128 * 1024)
    await send(server.doors(), true)
    expect(await stateOf(id)).toBe('arrived')
    expect(server.bytesReceived).toBe(300_000)
  })

  test('a chunk whose answer was lost is not sent twice', async () => {
    const id = await enqueue(visit(), [await photo('a', 300_000)])
    server.faults.push(undefined, undefined, 'lost-answer')
    await send(server.doors())
    await send(server.doors(), true)
    expect([await stateOf(id), server.bytesReceived]).toEqual(['arrived', 300_000])
  })

  test('when the answer with the receipt is lost, the receipt is fetched without sending the bytes again', async () => {
    const id = await enqueue(visit(), [await photo('a', 1000)])
    server.faults.push(undefined, undefined, 'lost-answer')
    await send(server.doors())
    expect((await photosOf(id))[0]).toMatchObject({ state: 'here' })
    await send(server.doors(), true)
    expect((await photosOf(id))[0]).toMatchObject({ state: 'arrived', receipt: { sha256: expect.any(String) } })
    expect(server.bytesReceived).toBe(1000)
  })

  test('an upload that the server has forgotten begins anew', async () => {
    const id = await enqueue(visit(), [await photo('a', 300_000)])
    server.faults.push(undefined, undefined, undefined, 'lost-request')
    await send(server.doors())
    server.uploads.clear()
    await send(server.doors(), true)
    expect(await stateOf(id)).toBe('arrived')
  })

  test('bytes the server has from us already are not sent', async () => {
    const known = await photo('a')
    server.media.add(known.sha256)
    const id = await enqueue(visit(), [known])
    await send(server.doors())
    expect([await stateOf(id), server.bytesReceived]).toEqual(['arrived', 0])
    expect((await photosOf(id))[0]!.receipt).toBeDefined()
  })

  test('a photo that is refused needs a person; the other photos and records go on', async () => {
    const bad = await enqueue(visit('bad'), [await photo('a', 10)])
    const good = await enqueue(visit('good'), [await photo('b', 10)])
    server.faults.push(undefined, 413)
    await send(server.doors())
    expect([await stateOf(bad), await stateOf(good)]).toEqual(['needs_you', 'arrived'])
    await tryAgain(bad)
    await send(server.doors())
    expect(await stateOf(bad)).toBe('arrived')
  })

  test('originals are freed only after their receipt came, and not before the given day', async () => {
    const arrived = await enqueue(visit(), [await photo('a', 10)])
    await send(server.doors())
    const unsent = await enqueue(visit(), [await photo('b', 10)])
    expect(await freeArrived(new Date(server.at))).toBe(0)
    expect(await freeArrived(new Date(server.at + 1))).toBe(1)
    expect((await photosOf(arrived))[0]!.data).toBeNull()
    expect((await photosOf(unsent))[0]!.data).not.toBeNull()
  })
})

describe('two senders', () => {
  test('while one sends, the other stands back and nothing is sent twice', async () => {
    for (let n = 0; n < 5; n++) await enqueue(visit(String(n)))
    const doors = server.doors({ locks: fakeLocks() })
    const endings = (await Promise.all([send(doors), send(doors)])).map(({ ending }) => ending)
    expect(endings.sort()).toEqual(['busy', 'done'])
    expect(server.batches).toHaveLength(1)
  })

  test('where there are no locks, one page still sends once', async () => {
    await enqueue(visit())
    await Promise.all([send(server.doors()), send(server.doors())])
    expect(server.batches).toHaveLength(1)
  })
})

describe('afterwards', () => {
  test('what needed a person can be tried again', async () => {
    const id = await enqueue(visit())
    server.verdicts.set(id, 'rejected')
    await send(server.doors())
    server.verdicts.clear()
    await tryAgain(id)
    await send(server.doors())
    expect(await record(id)).toMatchObject({ state: 'arrived' })
    expect((await record(id)).problem).toBeUndefined()
  })

  test('the export holds every record that has not arrived, and its photos', async () => {
    const arrived = await enqueue(visit('arrived'))
    await send(server.doors())
    const id = await enqueue(visit('unsent'), [await photo('a', 70_000)])
    const [{ person_id, file: blob } = { person_id: '', file: new Blob() }] = await unsentAsFiles(new Date(server.at))
    const file = JSON.parse(await blob.text()) as { format: string; person_id: string; records: { id: string }[]; photos: { data: string }[] }
    expect(file).toMatchObject({ format: 'gridsvc-outbox/1', exported_at: '2026-11-20T01:44:07.000Z', person_id })
    expect(file.records.map((one) => one.id)).toEqual([id])
    expect(file.records.map((one) => one.id)).not.toContain(arrived)
    expect(Buffer.from(file.photos[0]!.data, 'base64')).toEqual(Buffer.alloc(70_000, 'a'))
  })
})
