/** The texts that both clients carry. A client adds its own (src/m/locales, src/desk/locales). */
import type problems from './zh-CN/problems.json'
import type shared from './zh-CN/shared.json'

export type Shared = typeof shared & { problems: typeof problems }
