/** QR sign-in inside Hono, with the host's own users and cookies. The same handler fits every fetch-shaped framework. */
import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { createLogin, memoryStore } from 'scanlogin'
import { createHandler } from 'scanlogin/http'

const port = Number(process.env.PORT ?? 3000)
const users = new Map([['alice-app-token', { id: 'alice', name: 'Alice' }]]) // what your app signs in with
const sessions = new Map() // what your site keeps

const login = createLogin({ store: memoryStore(), publicUrl: `http://localhost:${port}` })
const handler = createHandler(login, {
  authenticate: request => users.get(request.headers.get('authorization')?.slice('Bearer '.length)),
  signIn(user, _request, { token }) {
    sessions.set(token, user)
    return { headers: { 'set-cookie': `sid=${token}; Path=/; HttpOnly; SameSite=Lax` } }
  },
})

const script = readFileSync(new URL(import.meta.resolve('scanlogin/scan-login.js')), 'utf8')
const app = new Hono()
app.all('/v1/*', context => handler(context.req.raw))
app.get('/scan-login.js', context => context.body(script, 200, { 'content-type': 'text/javascript' }))
app.get('/', context => {
  const user = sessions.get(getCookie(context, 'sid'))
  if (user) return context.html(html`<p>Hello, ${user.name}</p>`)
  return context.html(html`<!doctype html><title>Sign in</title>
    <script type="module" src="/scan-login.js"></script><scan-login></scan-login>`)
})

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log(`listening on http://localhost:${port}`))
