/** What the console says. It has words of its own, so that no other page carries them. */
import type { Language } from '../messages.ts'
import { en } from './words/en.ts'
import { zhCN } from './words/zh-cn.ts'

export type ConsoleWords = Worded<typeof en>

/** The same tree, with any text in its places. */
type Worded<Tree> = Tree extends string
  ? string
  : Tree extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Tree]: Worded<Tree[Key]> }

const words: Readonly<Record<Language, ConsoleWords>> = { en, 'zh-CN': zhCN }

export function wordsIn(language: Language): ConsoleWords {
  return words[language]
}
