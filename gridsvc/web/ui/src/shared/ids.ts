/** UUIDv7 (RFC 9562): ids made where a record is made, in the order of their making. */

const COUNTER_SPACE = 0x1000
let last = 0
let counter = 0

/** A new id. Ids of one millisecond are ordered by a counter; a clock set back never runs ahead of the order. */
export function uuid7(now: number = Date.now()): string {
  tick(now)
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(last / 2 ** 32))
  view.setUint32(2, last % 2 ** 32)
  view.setUint16(6, 0x7000 | counter)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return written(bytes)
}

function tick(now: number): void {
  if (now > last) {
    last = now
    counter = crypto.getRandomValues(new Uint16Array(1))[0]! % (COUNTER_SPACE / 2)
  } else if (++counter === COUNTER_SPACE) {
    last++
    counter = 0
  }
}

function written(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
