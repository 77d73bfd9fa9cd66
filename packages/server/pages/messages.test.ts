import { describe, expect, it } from 'vitest'
import { chooseLanguage, languages } from './messages.ts'

describe('the language of a page', () => {
  it('is the first wish that the pages speak', () => {
    expect(chooseLanguage(['fr-CH', 'zh-CN', 'en'])).toBe('zh-CN')
    expect(chooseLanguage(['de', 'en-GB', 'zh'])).toBe('en')
  })

  it('is simplified Chinese for all who wish for Chinese', () => {
    expect(['zh', 'zh-CN', 'ZH-hans', 'zh-TW'].map(wish => chooseLanguage([wish]))).toEqual(Array(4).fill('zh-CN'))
  })

  it('is English where nothing else fits', () => {
    expect([[], ['fr'], [''], ['zhx'], ['<script>']].map(chooseLanguage)).toEqual(Array(5).fill('en'))
  })
})

describe('the texts', () => {
  it('are there in every language, none of them left in English', () => {
    const english = leaves(languages.en.messages)
    const chinese = leaves(languages['zh-CN'].messages)
    expect([...chinese.keys()]).toEqual([...english.keys()])
    for (const [place, text] of chinese) {
      expect(text, place).toMatch(/\p{Script=Han}/u)
      expect(english.get(place), place).toMatch(/[a-z]/)
      expect(english.get(place), place).not.toMatch(/\p{Script=Han}/u)
    }
  })

  it('say the time as people do', () => {
    const { ago } = languages.en.messages.phone.ask
    expect([0, 1, 2, 40].map(ago)).toEqual(['just now', 'just now', '2 seconds ago', '40 seconds ago'])
  })
})

/** Every text with its place in the tree; sentences with holes are filled with numbers. */
function leaves(tree: unknown, place = ''): Map<string, string> {
  if (typeof tree === 'string') return new Map([[place, tree]])
  if (typeof tree === 'function') return new Map([[place, String(tree(7, 8))]])
  return new Map(Object.entries(tree ?? {}).flatMap(([key, branch]) => [...leaves(branch, `${place}/${key}`)]))
}
