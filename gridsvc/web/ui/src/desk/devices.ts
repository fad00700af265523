/** Devices as people know them. */
import type { Schemas } from '@/shared/api'
import { knows } from '@/shared/i18n'
import { say } from './text'

type Device = Pick<Schemas['SeenDevice'], 'kind' | 'name'>

const BROWSERS: [RegExp, string][] = [[/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']]
const SYSTEMS: [RegExp, string][] = [[/Windows/, 'Windows'], [/Macintosh/, 'macOS'], [/Android/, 'Android'], [/Linux|X11/, 'Linux']]
const first = (found: [RegExp, string][], text: string) => found.find(([pattern]) => pattern.test(text))?.[1]

/** "HUAWEI ELS-AN00"; of a browser, which sends its whole user agent, "Chrome · Windows". */
export function deviceName({ kind, name }: Device): string {
  const told = kind === 'browser' ? [first(BROWSERS, name), first(SYSTEMS, name)].filter(Boolean).join(' · ') : name
  return told || name || `${say(`devices.kind.${kind as 'phone'}`)}（${say('devices.unnamed')}）`
}

/** What somebody wrote, or what the server says by a key. */
export function whyRevoked({ revoked_reason: reason }: Pick<Schemas['SeenDevice'], 'revoked_reason'>): string {
  const key = `devices.reasons.${reason}`
  return reason && knows(key) ? say(key as 'devices.reasons.copied') : (reason ?? '')
}
