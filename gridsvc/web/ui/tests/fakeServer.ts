/** A server in memory that keeps the push and tus contracts, with faults to order. No network, no clock. */
import type { ProblemDocument } from '@/shared/problem'
import type { Doors } from '@/m/outbox/wire'
import type { DeviceHealth, Verdict } from '@/m/outbox/contract'

interface Pushed { kind: string; id: string; device_seq: number; body: { photos?: { sha256: string }[] } & Record<string, unknown> }
interface Upload { sha256: string; length: number; bytes: number[] }

type Fault = 'lost-request' | 'lost-answer' | 'portal' | number | { status: number; wait_s: number }

export class FakeServer {
  readonly records = new Map<string, string>()
  readonly media = new Set<string>()
  readonly uploads = new Map<string, Upload>()
  readonly batches: string[][] = []
  /** What the pushes said of the phone. */
  readonly devices: DeviceHealth[] = []
  readonly asked: string[] = []
  /** The next requests meet these, one each; `undefined` lets one through. */
  readonly faults: (Fault | undefined)[] = []
  readonly verdicts = new Map<string, Verdict['verdict']>()
  /** What the refusals that `verdicts` orders say. */
  problem: ProblemDocument = { type: '/problems/not-your-grid', status: 403 }
  /** Ids over which the server stumbles (500), or which make it refuse the batch as a whole (400). */
  readonly poison = new Map<string, number>()
  bytesReceived = 0
  at = Date.parse('2026-11-20T01:44:07Z')
  isOnline = true
  token = 'secret'

  doors(more: Partial<Doors> = {}): Doors {
    return { fetch: (url, init) => this.fetch(String(url), init), now: () => this.at, random: () => 0.5, isOnline: () => this.isOnline, origin: '', locks: undefined, ...more }
  }

  private async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const method = init.method ?? 'GET'
    this.asked.push(`${method} ${url.replace(/[0-9a-f]{64}|upload-\d+/, '…')}`)
    const fault = this.faults.shift()
    if (fault === 'lost-request') throw new TypeError('network')
    if (fault === 'portal') return new Response('<html>please pay</html>', { status: 200 })
    if (typeof fault === 'number') return refuse(fault)
    if (typeof fault === 'object') return refuse(fault.status, { 'Retry-After': String(fault.wait_s) })
    if ((init.headers as Record<string, string>).Authorization !== `Bearer ${this.token}`) return refuse(401)
    const answer = await this.answer(method, url, init)
    if (fault === 'lost-answer') throw new TypeError('network')
    return answer
  }

  private async answer(method: string, url: string, init: RequestInit): Promise<Response> {
    const headers = init.headers as Record<string, string>
    if (url === '/api/v1/sync/push') {
      const { records, device } = JSON.parse(init.body as string) as { records: Pushed[]; device: DeviceHealth }
      this.devices.push(device)
      return this.push(records)
    }
    if (method === 'POST') return this.create(headers)
    const upload = this.uploads.get(url)
    if (!upload) return refuse(404)
    return method === 'HEAD' ? progress(upload) : this.patch(upload, headers, init.body as ArrayBuffer)
  }

  private push(records: Pushed[]): Response {
    const poisoned = records.map(({ id }) => this.poison.get(id)).find(Boolean)
    if (poisoned) return refuse(poisoned)
    this.batches.push(records.map(({ id }) => id))
    return Response.json({ verdicts: records.map((record) => this.judge(record)), as_of: '2026-11-20T01:44:07Z' })
  }

  private judge({ id, body }: Pushed): Verdict {
    const ordered = this.verdicts.get(id)
    if (ordered && ordered !== 'accepted') return { id, verdict: ordered, problem: this.problem }
    const content = JSON.stringify(body)
    const known = this.records.get(id)
    if (known !== undefined && known !== content) return { id, verdict: 'conflict', problem: { type: '/problems/id-taken', status: 409 } }
    this.records.set(id, content)
    const missing_media = (body.photos ?? []).map(({ sha256 }) => sha256).filter((sha) => !this.media.has(sha))
    return { id, verdict: known === undefined ? 'accepted' : 'duplicate', receipt: { id }, missing_media }
  }

  private create(headers: Record<string, string>): Response {
    const sha256 = atob(/sha256 ([^,]+)/.exec(headers['Upload-Metadata']!)![1]!)
    const length = Number(headers['Upload-Length'])
    if (this.media.has(sha256)) return new Response(null, { status: 200, headers: { 'Upload-Offset': String(length), ...receipt(sha256) } })
    const url = `/api/v1/media/upload-${this.uploads.size + 1}`
    this.uploads.set(url, { sha256, length, bytes: [] })
    return new Response(null, { status: 201, headers: { Location: `http://inside.example${url}` } })
  }

  private async patch(upload: Upload, headers: Record<string, string>, body: ArrayBuffer): Promise<Response> {
    if (Number(headers['Upload-Offset']) !== upload.bytes.length) return refuse(409)
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', body)).toString('base64')
    if (headers['Upload-Checksum'] !== `sha256 ${digest}`) return refuse(460)
    for (const byte of new Uint8Array(body)) upload.bytes.push(byte)
    this.bytesReceived += body.byteLength
    if (upload.bytes.length === upload.length) this.media.add(upload.sha256)
    return progress(upload, upload.bytes.length === upload.length)
  }
}

const refuse = (status: number, headers = {}): Response => Response.json({ type: 'about:blank', title: 'Refused', status }, { status, headers })

const progress = ({ bytes, sha256 }: Upload, isDone = false): Response =>
  new Response(null, { status: isDone ? 204 : 200, headers: { 'Upload-Offset': String(bytes.length), ...(isDone ? receipt(sha256) : {}) } })

const receipt = (sha256: string): Record<string, string> => ({ 'Media-Receipt': btoa(JSON.stringify({ sha256 })) })

/** Web Locks, as far as the sender uses them: one holder a name; `ifAvailable` never waits. */
export function fakeLocks(): Doors['locks'] {
  const held = new Set<string>()
  const request = async (name: string, _: unknown, work: (lock: unknown) => Promise<unknown>) => {
    if (held.has(name)) return work(null)
    held.add(name)
    return work({ name }).finally(() => held.delete(name))
  }
  return { request } as unknown as Doors['locks']
}
