import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { FLOOR, path } from './common.ts'
import { filesIn } from './files.ts'

/** The manifest, and our own service worker with the list of everything it must hold. */
export function pwa(outDir: string, manifest: object): Plugin {
  return {
    name: 'pwa',
    apply: 'build',
    transformIndexHtml: () => [{ tag: 'link', attrs: { rel: 'manifest', href: '/m/manifest.webmanifest' }, injectTo: 'head' }],
    writeBundle: {
      sequential: true,
      async handler() {
        writeFileSync(join(outDir, 'manifest.webmanifest'), JSON.stringify(manifest))
        await buildWorker(outDir, precacheList(outDir))
      },
    },
  }
}

/** [address, revision]: names under assets/ carry their own hash, so their revision is empty. */
function precacheList(outDir: string): [string, string][] {
  const digest = (file: string) => createHash('sha256').update(readFileSync(join(outDir, file))).digest('hex').slice(0, 12)
  return filesIn(outDir).map((file) => [file, file.startsWith('assets/') ? '' : digest(file)])
}

async function buildWorker(outDir: string, precache: [string, string][]): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: { '@': path('src') } },
    define: { __PRECACHE__: JSON.stringify(precache) },
    build: {
      outDir,
      emptyOutDir: false,
      target: FLOOR,
      rollupOptions: { input: path('src/m/sw.ts'), output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
}
