/** Finding things by a part of the name, a code, or the pinyin initials. No database, no clock. */

export interface Findable { name: string; initials?: string; code?: string }

/** How well a thing fits what somebody typed: 0 from the beginning, 1 somewhere, `undefined` not at all. */
export function fit(wanted: string, { name, initials = '', code = '' }: Findable): 0 | 1 | undefined {
  const words = wanted.trim().toLowerCase()
  const texts = [name.toLowerCase(), code.toLowerCase(), ...initials.split(' ')]
  if (!words || texts.some((text) => text.startsWith(words))) return 0
  return texts.some((text) => text.includes(words)) ? 1 : undefined
}

/** Those that fit, the best first, else in the order given. */
export const found = <T>(all: readonly T[], wanted: string, told: (one: T) => Findable): T[] =>
  ([0, 1] as const).flatMap((rank) => all.filter((one) => fit(wanted, told(one)) === rank))
