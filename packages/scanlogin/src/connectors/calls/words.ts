/** What the callbacks say that follow OAuth's words: a code, or an error. */
import type { Word } from '../provider.ts'

/** `names` are those that the code may have, the first one that is there counts. A name that comes twice is no word. */
export function codeOrError(query: URLSearchParams, names: readonly string[] = ['code']): Word {
  for (const name of names) {
    const [code, ...more] = query.getAll(name)
    if (code !== undefined) return more.length > 0 ? 'missing' : { code }
  }
  return query.has('error') ? 'refused' : 'missing'
}
