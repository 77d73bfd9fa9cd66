/** The languages of the pages, and which of them a person reads. */
import { en } from './messages/en.ts'
import { zhCN } from './messages/zh-cn.ts'

export type Language = 'en' | 'zh-CN'

export type Messages = Worded<typeof en>

/** The same tree, with any text in its places. */
type Worded<Tree> = Tree extends string
  ? string
  : Tree extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Tree]: Worded<Tree[Key]> }

export const languages: Readonly<Record<Language, { messages: Messages; ownName: string }>> = {
  en: { messages: en, ownName: 'EN' },
  'zh-CN': { messages: zhCN, ownName: '中文' },
}

/** The first language among `wishes` (BCP 47 tags, best first) that the pages speak. Default English. */
export function chooseLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    if (/^zh\b/i.test(wish)) return 'zh-CN'
    if (/^en\b/i.test(wish)) return 'en'
  }
  return 'en'
}
