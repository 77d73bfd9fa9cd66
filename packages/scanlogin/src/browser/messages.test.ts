import { describe, expect, it } from 'vitest'
import { fill, pickDictionary } from './messages.ts'

describe('the dictionary', () => {
  for (const [languages, lang] of [
    [['zh-CN'], 'zh-CN'],
    [['zh'], 'zh-CN'],
    [['zh-Hans-SG', 'en'], 'zh-CN'],
    [['EN_us'], 'en'],
    [['fr', 'zh-CN', 'en'], 'zh-CN'],
    [['fr', 'de'], 'en'],
    [[], 'en'],
    [[''], 'en'],
  ] as const) {
    it(`for a reader of ${languages.join(', ') || 'nothing known'} is ${lang}`, () => {
      expect(pickDictionary(languages).lang).toBe(lang)
    })
  }

  it('has the same holes in both languages', () => {
    const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    const [en, zh] = ['en', 'zh'].map(lang => pickDictionary([lang]).messages)
    for (const [name, text] of Object.entries(en ?? {})) {
      expect([name, holes(Object.entries(zh ?? {}).find(([other]) => other === name)?.[1] ?? '')]).toEqual([
        name,
        holes(text),
      ])
    }
  })
})

describe('a message', () => {
  it('is filled with values once, whatever those hold', () => {
    expect(fill('{name} has scanned', { name: '{name} $& <b>' })).toBe('{name} $& <b> has scanned')
  })
})
