import { mkdirSync, writeFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { path } from './common.ts'

const EMBEDDED = /url\(data:font\/woff2;[^,]*,([A-Za-z0-9+/=]+)\)/
const FROM_A_CDN = /,\s*url\((['"]?)(https?:)?\/\/at\.alicdn\.com[^)]*\)\s*format\([^)]*\)/g

/**
 * Vant's icon font, tamed. Its style names a fallback on a CDN: nothing here may leave the intranet.
 * And it embeds 25 kB of font that our own pages never draw with (they use Icon.vue): as a file of its
 * own it is fetched only if one of Vant's parts draws a glyph.
 */
export function vantFont(): Plugin {
  return {
    name: 'vant-font',
    enforce: 'pre',
    transform(code, id) {
      if (!/vant\/.*icon\/index\.css/.test(id)) return undefined
      const local = code.replace(FROM_A_CDN, '').replace(EMBEDDED, (_, base64: string) => `url(${keep(base64)})`)
      if (local.includes('//at.')) throw new Error('Vant names its CDN in a new way: mend vite/vant-font.ts')
      return { code: local, map: null }
    },
  }
}

function keep(base64: string): string {
  const directory = path('node_modules/.cache')
  mkdirSync(directory, { recursive: true })
  writeFileSync(`${directory}/vant-icon.woff2`, Buffer.from(base64, 'base64'))
  return `${directory}/vant-icon.woff2`
}
