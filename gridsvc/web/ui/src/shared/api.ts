/** The server's API, typed by its own document. Answers are data; refusals are thrown as `Problem`. */
import createClient, { type Client, type Middleware } from 'openapi-fetch'
import type { components, paths } from './api-schema'
import { Problem } from './problem'

/** The server's document does not say which members an answer always has: it sends all of them, null where empty. */
type Present<T> = T extends (infer Item)[] ? Present<Item>[] : T extends object ? { [K in keyof T]-?: Present<T[K]> } : T

export type Schemas = { [Name in keyof components['schemas']]: Present<components['schemas'][Name]> }
export type Api = Client<paths>

/** How a client proves who is asking: a phone by its token, a browser by cookie and CSRF token. */
export interface Credentials {
  headers(method: string): Record<string, string>
  /** The server no longer knows us. */
  refused(): void
}

const PATIENCE_MS = 30_000

export function connect(credentials: Credentials, baseUrl = ''): Api {
  const api = createClient<paths>({ baseUrl, fetch: impatient })
  api.use(proof(credentials))
  return api
}

/** Wait for an answer: `await answered(api.GET('/api/v1/me'))`. Throws `Problem`, also for no answer. */
export async function answered<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Present<T>> {
  const answer = await asked.catch((cause: unknown) => {
    throw Problem.noAnswer(cause)
  })
  if (answer.response.ok) return answer.data as Present<T>
  throw Problem.of(answer.error, answer.response.status)
}

const proof = (credentials: Credentials): Middleware => ({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(credentials.headers(request.method))) request.headers.set(name, value)
    return request
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/api/v1/sessions') credentials.refused()
    return undefined
  },
})

async function impatient(request: Request): Promise<Response> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS)
  try {
    return await fetch(new Request(request, { signal: patience.signal }))
  } finally {
    clearTimeout(timer)
  }
}
