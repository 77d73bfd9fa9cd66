/** Addresses that there are not, and methods that an address does not take: a page for people, the error table for machines. */
import type { Hono, NotFoundHandler } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import { LoginError } from 'scanlogin'
import { problem } from './problem.ts'

/** For `app.notFound`. `page` says in both languages that nothing is here, and leads home. */
export function nothingHere(app: Hono, page: string): NotFoundHandler {
  const methodsAt = methodsOf(app)
  return context => {
    const { method, path } = context.req
    const allowed = methodsAt(path)
    // What takes this method and still was not found is the business of an address with a name in it.
    const isPlace = allowed.length > 0 && !allowed.includes(method)
    const headers = isPlace ? { allow: allowed.join(', ') } : {}
    if (/\btext\/html\b/i.test(context.req.header('accept') ?? '')) {
      return context.html(page, isPlace ? 405 : 404, headers)
    }
    const refusal = isPlace
      ? new LoginError('method_not_allowed')
      : new LoginError('not_found', { detail: 'This address leads nowhere' })
    return problem(refusal, headers)
  }
}

/** Asked for the first time once every route has been mounted. */
function methodsOf(app: Hono): (path: string) => string[] {
  let router: TrieRouter<string> | undefined
  return path => {
    router ??= routerOver(app)
    return [...new Set(router.match('ALL', path)[0].map(([method]) => method))]
  }
}

function routerOver(app: Hono): TrieRouter<string> {
  const router = new TrieRouter<string>()
  for (const { method, path } of app.routes) {
    // What stands before whole folders, such as a limit for bodies, is no address of its own.
    if (method === 'ALL' || path.endsWith('*')) continue
    router.add('ALL', path, method)
    if (method === 'GET') router.add('ALL', path, 'HEAD')
  }
  return router
}
