/** Demo mode: a few users that anyone may be, so that one person with one computer sees the whole sign-in. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import type { User } from 'scanlogin'

const users: readonly User[] = [
  { id: 'alice', name: 'Alice Liddell' },
  { id: 'ming', name: '王小明' },
  { id: 'omar', name: 'Omar Haddad' },
]

const cookie = 'scanlogin-demo-user'

/** What the phone page asks to choose who its owner is. */
export function demoUsers(): Hono {
  const app = new Hono()
  app.get('/demo/users', context => {
    return context.json({ users, current: find(getCookie(context, cookie))?.id ?? null })
  })
  // JSON only: no other site's page can send that without asking first, and is told no.
  app.post('/demo/user', bodyLimit({ maxSize: 1024 }), async context => {
    if (!context.req.header('content-type')?.startsWith('application/json')) {
      return context.json({ title: 'The content type has to be application/json' }, 400)
    }
    const body: unknown = await context.req.json().catch(() => undefined)
    const user = typeof body === 'object' && body !== null && 'id' in body ? find(body.id) : undefined
    if (!user) return context.json({ title: 'There is no such demo user' }, 400)
    setCookie(context, cookie, user.id, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 86_400 })
    return context.body(null, 204)
  })
  return app
}

export function authenticateDemoUser(request: Request): User | undefined {
  const [, id] = /(?:^|;\s*)scanlogin-demo-user=([^;]*)/.exec(request.headers.get('cookie') ?? '') ?? []
  return find(id)
}

function find(id: unknown): User | undefined {
  return users.find(user => user.id === id)
}
