import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { PluginOption, UserConfig } from 'vite'
import { compress } from './compress.ts'
import { vueI18nLean } from './vue-i18n-lean.ts'

export const path = (inside: string): string => fileURLToPath(new URL(`../${inside}`, import.meta.url))

/** Below this the page asks for an update instead (public/floor.js tests for the same floor). */
export const FLOOR = 'chrome87'

function revision(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim()
  } catch {
    return 'unversioned' // built from an archive, without a repository around it
  }
}

/** What both clients share: where they come from, where they go to, and what happens to the files. */
export function client(name: 'm' | 'desk', plugins: PluginOption[], finish: PluginOption[] = []): UserConfig {
  return {
    root: path(name),
    base: `/${name}/`,
    publicDir: path('public'),
    resolve: { alias: { '@': path('src') } },
    define: {
      __BUILD__: JSON.stringify(process.env.GRIDSVC_BUILD ?? revision()),
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __VUE_I18N_LEGACY_API__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
    },
    plugins: [vue(), vueI18nLean(), ...plugins, ...finish, compress(outDir(name))],
    build: { outDir: outDir(name), emptyOutDir: true, target: FLOOR, modulePreload: { polyfill: false }, reportCompressedSize: false, chunkSizeWarningLimit: 1500 },
  }
}

export const outDir = (name: string): string => path(`../dist/${name}`)
