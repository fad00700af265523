import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { filesIn } from './files.ts'

const TEXT = /\.(js|mjs|css|html|svg|json|webmanifest)$/
const WORTH_IT_BYTES = 1024

/** Every text gets a .gz and a .br beside it, so that the server never compresses while a phone waits. */
export function compress(outDir: string): Plugin {
  return {
    name: 'compress',
    apply: 'build',
    writeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        for (const file of filesIn(outDir).filter((name) => TEXT.test(name))) squeeze(join(outDir, file))
      },
    },
  }
}

function squeeze(file: string): void {
  const bytes = readFileSync(file)
  if (bytes.length < WORTH_IT_BYTES) return
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}
