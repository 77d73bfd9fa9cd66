/** The example of orders and stock, run as it is, and killed while people buy lamps. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { endRedis, startRedis, until } from '../redis/servers/child.ts'

const lamps = 1000
const running = new Set<ChildProcess>()

afterEach(async () => {
  for (const child of running) await end(child)
  await endRedis()
})

describe('an order', () => {
  it('takes a lamp with the sign-in, and gives it back when somebody says no', async () => {
    const { stock, orders } = await open()
    const sold = await scanned(orders)
    // 429 for a moment: nobody is let in before the lamp is set aside.
    await until('it is set aside', async () => (await sold.phone('confirm')).status === 200)
    expect(await shelf(stock)).toEqual({ free: lamps - 1, reserved: 1, taken: 0 })
    const redeemed = await sold.browser('POST', '/redeem')
    expect(await redeemed.json()).toMatchObject({ session: { lamp: 'is yours, Alice' } })
    const refused = await scanned(orders)
    await refused.phone('deny')
    await until('all is settled', async () => (await shelf(stock)).free === lamps - 1)
    expect(await shelf(stock)).toEqual({ free: lamps - 1, reserved: 0, taken: 1 })
  })

  it('is refused where there is no lamp', async () => {
    const { stock, orders } = await open({ LAMPS: '0' })
    const { phone } = await scanned(orders)
    await until('it is refused', async () => (await phone('confirm')).status === 403)
    expect(await shelf(stock)).toEqual({ free: 0, reserved: 0, taken: 0 })
  })

  it('is settled though the order service is killed again and again', async () => {
    const { port: redisPort } = await startRedis()
    const env = { REDIS_URL: `redis://127.0.0.1:${redisPort}` }
    const { stock, orders, restart } = await open(env)
    const buying: Purchase[] = []
    for (let life = 0; life < 5; life++) {
      const before = buying.filter(isSold).length
      const people = Array.from({ length: 4 }, () => buyUntilItDies(orders, buying))
      await until('somebody has bought', () => buying.filter(isSold).length > before)
      await new Promise(resolve => setTimeout(resolve, Math.random() * 600))
      await restart()
      await Promise.all(people)
    }
    // Who is left half way gives up now: whatever became of it before stays.
    for (const { browser } of buying) await browser('DELETE', '')
    await until('nothing is set aside any more', async () => (await shelf(stock)).reserved === 0, 60)
    const { free, taken } = await shelf(stock)
    expect(free + taken).toBe(lamps)
    const answered = buying.filter(isSold).length
    // An answer that was lost may have been a sale.
    const lost = buying.filter(({ outcome }) => outcome === 'asked').length
    await until('all that was sold is taken', async () => (await shelf(stock)).taken >= answered, 60)
    expect((await shelf(stock)).taken).toBeLessThanOrEqual(answered + lost)
  }, 150_000)
})

interface Purchase {
  browser(method: 'POST' | 'DELETE', path: string): Promise<Response>
  phone(call: 'confirm' | 'deny'): Promise<Response>
  outcome: 'under way' | 'asked' | 'sold'
}

function isSold({ outcome }: Purchase): boolean {
  return outcome === 'sold'
}

async function buyUntilItDies(orders: string, buying: Purchase[]): Promise<void> {
  try {
    for (let round = 0; ; round++) {
      const purchase = await scanned(orders, buying)
      if (round % 3 === 0) await purchase.phone('deny')
      else if (round % 3 === 1) await purchase.browser('DELETE', '')
      else if ((await purchase.phone('confirm')).status === 200) {
        purchase.outcome = 'asked'
        const redeemed = await purchase.browser('POST', '/redeem')
        purchase.outcome = redeemed.status === 200 ? 'sold' : 'under way'
      }
    }
  } catch {
    // It was killed.
  }
}

async function scanned(orders: string, buying: Purchase[] = []): Promise<Purchase> {
  const app = { authorization: 'Bearer alice-app-token' }
  const created = await post(`${orders}/v1/tickets`, { secret_in: 'body' }, { origin: orders })
  const { id, secret, user_code } = (await created.json()) as { id: string; secret: string; user_code: string }
  let scanToken = ''
  const purchase: Purchase = {
    browser: (method, path) =>
      fetch(`${orders}/v1/tickets/${id}${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', origin: orders },
        ...(method === 'POST' && { body: '{}' }),
      }),
    phone: call => post(`${orders}/v1/tickets/${id}/${call}`, { scan_token: scanToken }, app),
    outcome: 'under way',
  }
  buying.push(purchase)
  const scan = await post(`${orders}/v1/scan`, { user_code }, app)
  scanToken = ((await scan.json()) as { scan_token: string }).scan_token
  return purchase
}

async function open(env: Record<string, string> = {}) {
  const [stockPort, ordersPort] = [String(await freePort()), String(await freePort())]
  await run('stock', { LAMPS: String(lamps), ...env, PORT: stockPort })
  const settings = { ...env, PORT: ordersPort, STOCK_URL: `http://localhost:${stockPort}` }
  let orders = await run('orders', settings)
  return {
    stock: `http://localhost:${stockPort}`,
    orders: `http://localhost:${ordersPort}`,
    async restart() {
      await end(orders)
      orders = await run('orders', settings)
    },
  }
}

async function run(name: string, env: Record<string, string>): Promise<ChildProcess> {
  const script = fileURLToPath(new URL(`../../examples/orders/${name}.js`, import.meta.url))
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  await once(child.stdout, 'data')
  return child
}

async function end(child: ChildProcess): Promise<void> {
  running.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function shelf(stock: string): Promise<{ free: number; reserved: number; taken: number }> {
  return (await fetch(stock)).json() as Promise<{ free: number; reserved: number; taken: number }>
}

function post(url: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const json = { 'content-type': 'application/json', ...headers }
  return fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })
}
