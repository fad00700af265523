import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { filesIn } from '../vite/files'
import { clients } from './texts'

type Tree = { [key: string]: string | Tree }

const root = fileURLToPath(new URL('../src/shared/locales/', import.meta.url))
const filesOf = (language: string) => filesIn(join(root, language))
const read = (language: string, file: string): Tree => JSON.parse(readFileSync(join(root, language, file), 'utf8')) as Tree

const texts = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[path + key, value] as [string, string]] : texts(value, `${path}${key}.`)))
const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

/** Names and units that stay Latin in Chinese; every other Latin word there is a text someone forgot. */
const LATIN_IN_CHINESE = new Set(['English', 'Chrome', 'WebView', 'GPS', 'MB', 'GB', 'KB', 'PDF', 'Excel', 'CSV', 'A3', 'A4', 'SHA', 'https'])

test('both languages have the same files', () => {
  expect(readdirSync(root).filter((name) => !name.endsWith('.ts')).sort()).toEqual(['en', 'zh-CN'])
  expect(filesOf('en')).toEqual(filesOf('zh-CN'))
})

describe.each(filesOf('zh-CN'))('%s', (file) => {
  const chinese = new Map(texts(read('zh-CN', file)))
  const english = new Map(texts(read('en', file)))

  test('says the same things in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  test('leaves nothing empty', () => {
    for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('')
  })

  test('fills in the same facts', () => {
    for (const [key, text] of chinese) for (const form of english.get(key)!.split(' | ')) expect(blanks(text), key).toEqual(expect.arrayContaining(blanks(form)))
  })

  test('has no English sentence on the Chinese face, and no half-width punctuation between Chinese', () => {
    for (const [key, text] of chinese) {
      const words = (text.replace(/\{\w+\}/g, '').match(/[A-Za-z]{2,}/g) ?? []).filter((word) => !LATIN_IN_CHINESE.has(word))
      expect(words, key).toEqual([])
      expect(text, key).not.toMatch(/[\u4e00-\u9fff][,;:!?]/)
    }
  })

  test('has no Chinese on the English face, but the name of the language', () => {
    for (const [key, text] of english) if (text !== '中文') expect(text, key).not.toMatch(/[\u3000-\u9fff\uff00-\uffef]/)
  })
})

test.each(Object.entries(clients))('the %s client carries the same texts in both languages', (_, { 'zh-CN': zh, en }) => {
  expect(texts(en as Tree).map(([key]) => key).sort()).toEqual(texts(zh as Tree).map(([key]) => key).sort())
})

test('every file of texts is carried by the client it is for', () => {
  for (const client of ['phone', 'desk'] as const) {
    for (const file of filesIn(join(root, 'zh-CN', client))) {
      expect(Object.values(clients[client]['zh-CN']), file).toContainEqual(read('zh-CN', `${client}/${file}`))
    }
  }
})
