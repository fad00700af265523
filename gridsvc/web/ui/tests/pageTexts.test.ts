/** A page's texts come with the page: what it and its parts say must be named beside it in the router. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { pageTexts } from '@/m/locales/pages'
import { clients } from './texts'

const root = fileURLToPath(new URL('../src/m/', import.meta.url))
const router = readFileSync(join(root, 'router.ts'), 'utf8')
const pages = [...router.matchAll(/page\(\(\) => import\('(\.\/[^']+)'\)([^)]*)\)/g)].map(([, file, names]) => [file!, [...names!.matchAll(/'(\w+)'/g)].map(([, name]) => name!)] as const)
const first = new Set(sources(join(root, 'main.ts')))

/** A file and everything of the phone that it imports at once. */
function sources(file: string, seen: string[] = []): string[] {
  if (seen.includes(file) || !existsSync(file)) return seen
  seen.push(file)
  for (const [, from] of readFileSync(file, 'utf8').matchAll(/^import (?!type).*from '(\.\.?\/[^']+)'/gm)) {
    const path = join(dirname(file), from!)
    sources(/\.(vue|ts|json)$/.test(path) ? path : `${path}.ts`, seen)
  }
  return seen
}

/** The files of texts of which a source names a key; of 'receipt.${state}' only the file is known. */
const said = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/['"`](\w+)\.([\w.]*)([^'"`]*)['"`]/g)]
    .filter(([, name, key, rest]) => (pageTexts as string[]).includes(name!) && (key ? has(name!, key) : rest!.startsWith('${')))
    .map(([, name]) => name!)

const has = (name: string, key: string): boolean =>
  key.split('.').filter(Boolean).reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], (clients.phone['zh-CN'] as Record<string, unknown>)[name]) !== undefined

test('the router names its pages in the way this test reads', () => {
  expect(pages.length).toBe([...router.matchAll(/import\('\.\/pages/g)].length)
})

test.each(pages)('%s brings the texts it says', (page, named) => {
  const files = sources(join(root, page)).filter((file) => !first.has(file))
  const missing = files.flatMap((file) => said(file).filter((name) => name !== 'problems' && !named.includes(name)).map((name) => `${file.slice(root.length)} says ${name}`))
  expect(missing).toEqual([])
})

test('the first page says nothing that comes with another', () => {
  expect([...first].flatMap((file) => said(file).map((name) => `${file.slice(root.length)} says ${name}`))).toEqual([])
})
