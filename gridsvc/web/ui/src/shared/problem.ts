/** What the server refused, or why there was no answer (RFC 9457). Knows no page and no language. */

/** Made here, not by the server: the request was not answered, so nothing is known about it. */
export const NO_ANSWER = 'no-answer'

const STANDARD = new Set(['type', 'title', 'status', 'detail', 'instance', 'errors'])

export interface ProblemDocument {
  type?: string
  title?: string
  status?: number
  detail?: string
  errors?: Record<string, unknown>
  [fact: string]: unknown
}

export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly type: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: Record<string, unknown>,
    readonly facts: Record<string, unknown>,
  ) {
    super(`${type}: ${title} ${detail}`)
  }

  static of(document: unknown, status: number): Problem {
    const said = (isRecord(document) ? document : {}) as ProblemDocument
    const facts = Object.fromEntries(Object.entries(said).filter(([name]) => !STANDARD.has(name)))
    const { type = 'about:blank', title = '', detail = '', errors } = said
    return new Problem(type, status, title, detail, isRecord(errors) ? errors : {}, facts)
  }

  static noAnswer(cause: unknown): Problem {
    return new Problem(NO_ANSWER, 0, 'No answer', String(cause), {}, {})
  }

  /** As a plain value, to be kept beside the record it is about. */
  toDocument(): ProblemDocument {
    const { type, status, title, detail, errors, facts } = this
    return { type, status, title, detail, errors, ...facts }
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
