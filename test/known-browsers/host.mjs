/**
 * A host that runs the two programs of docs/known-browsers.md, as built packages and a browser run them:
 *
 *     node test/known-browsers/host.mjs <port> <file of transfer> <file of provenFetch>
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createLogin, knownBrowsers, memoryStore } from 'scanlogin'
import { createHandler } from 'scanlogin/http'
import { toNodeListener } from 'scanlogin/node'
import { storedSessions } from 'scanlogin/session'

const [port, transferFile, provenFile] = process.argv.slice(2)
const { transfer } = await import(pathToFileURL(transferFile).href)
const library = fileURLToPath(new URL('../../packages/scanlogin', import.meta.url))
const site = `http://localhost:${port}`
const store = memoryStore()
const sessions = storedSessions({ store, staleness: 0 })
const login = createLogin({ store, publicUrl: site, browsers: knownBrowsers({ store }) })
const api = toNodeListener(createHandler(login, { sessions, apiKeys: [process.env.API_KEY] }))

const page = `<!doctype html><link rel="icon" href="data:,">
  <script type="importmap">{"imports": {"scanlogin/client": "/dist/client.js"}}</script>
  <script type="module" src="/dist/scan-login.js"></script>
  <script type="module">import { provenFetch } from '/proven.mjs'; window.provenFetch = provenFetch</script>
  <scan-login></scan-login>`

createServer(async (request, response) => {
  if (request.url.startsWith('/v1/')) return api(request, response)
  if (request.url === '/transfer') return response.writeHead(await transferStatus(request)).end()
  response.setHeader('content-type', request.url === '/' ? 'text/html' : 'text/javascript')
  response.end(
    request.url === '/' ? page : readFileSync(request.url === '/proven.mjs' ? provenFile : library + request.url),
  )
}).listen(Number(port), '127.0.0.1', () => console.log('listening'))

async function transferStatus({ url, method, headers }) {
  const [, token = ''] = /scanlogin-session=([^;]*)/.exec(headers.cookie ?? '') ?? []
  const session = await sessions.read(token)
  if (!session) return 401
  const request = new Request(site + url, { method, headers: headers.dpop ? { dpop: headers.dpop } : {} })
  try {
    return (await transfer(request, { session, store })).status
  } catch (error) {
    return error.status ?? 500
  }
}
