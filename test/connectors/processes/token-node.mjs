/**
 * A program of a fleet that calls WeChat: it takes orders as lines of JSON and answers each with one. Its own clock is
 * wrong by as many ms as it is told, and the fleet's time moves as the test says.
 */
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { fromIoredis, redisStore } from 'scanlogin/redis'
import { createAccessTokens } from 'scanlogin/wechat'

const [, , redisPort, api, appId, appSecret, skew] = process.argv
const right = Date.now
Date.now = () => right() + Number(skew)

const client = new Redis({ host: '127.0.0.1', port: Number(redisPort) })
client.on('error', () => {})
const store = redisStore(fromIoredis(client))
await patiently(() => store.get('time'))
let moved = 0
const clock = {
  now: () => store.now() + moved,
  after(ms, listener) {
    const timer = setTimeout(listener, ms)
    return () => clearTimeout(timer)
  },
}
const tokens = createAccessTokens({ app: { appId, appSecret }, store, hosts: { api }, clock, deadline: 3600 })

/** On a machine that is busy with other things a Redis may be late; who is asked again later answers what is asked here. */
async function patiently(ask) {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (error.code !== 'store_unavailable') throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

/** As a service of the team does it: any call, with whatever token it is given. */
async function call() {
  let used = 0
  const answer = await tokens.use(async token => {
    used++
    const body = JSON.stringify({ action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: 'x' } } })
    const response = await fetch(`${api}/cgi-bin/qrcode/create?access_token=${token}`, { method: 'POST', body })
    const { ticket, errcode } = await response.json()
    if (errcode === undefined) return ticket
    throw Object.assign(new Error(`errcode ${errcode}`), { errcode })
  })
  return { ticket: answer !== undefined, used }
}

const orders = {
  async get() {
    return { token: (await tokens.get()).token }
  },
  call,
  async replace({ token }) {
    return { token: (await tokens.replace(token)).token }
  },
  async move({ ms }) {
    moved += ms
    return {}
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, order, ...given } = JSON.parse(line)
  patiently(() => orders[order](given))
    .catch(error => ({ error: `${error.code ?? ''} ${error.message}` }))
    .then(answer => process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`))
}
await store.close()
client.disconnect()
