/** QR sign-in in a plain Node server that has users and cookies of its own. */
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createLogin, memoryStore } from 'scanlogin'
import { createHandler } from 'scanlogin/http'
import { toNodeListener } from 'scanlogin/node'

const port = Number(process.env.PORT ?? 3000)
const users = new Map([['alice-app-token', { id: 'alice', name: 'Alice' }]]) // what your app signs in with
const sessions = new Map() // what your site keeps

const login = createLogin({ store: memoryStore(), publicUrl: `http://localhost:${port}` })
const api = toNodeListener(
  createHandler(login, {
    authenticate: request => users.get(request.headers.get('authorization')?.slice('Bearer '.length)),
    signIn(user, _request, { token }) {
      sessions.set(token, user)
      return { headers: { 'set-cookie': `sid=${token}; Path=/; HttpOnly; SameSite=Lax` } }
    },
  }),
)

const script = fileURLToPath(import.meta.resolve('scanlogin/scan-login.js'))
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>
<script type="module" src="/scan-login.js"></script><scan-login></scan-login></html>`

createServer((request, response) => {
  if (request.url.startsWith('/v1/')) return api(request, response)
  if (request.url === '/scan-login.js') {
    response.setHeader('content-type', 'text/javascript')
    return createReadStream(script).pipe(response)
  }
  const sid = /(?:^|; )sid=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
  response.setHeader('content-type', 'text/html')
  response.end(sessions.has(sid) ? `<p>Hello, ${sessions.get(sid).name}</p>` : page)
}).listen(port, '127.0.0.1', () => console.log(`listening on http://localhost:${port}`))
