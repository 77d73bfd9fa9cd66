/**
 * Whose address the phone is shown, and limits count. A browser comes from a known address, claims another, and the
 * scan says which one the server took.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { type Examination, type Finding, fail, ok, skipped, Unready, warn } from '../examination.ts'
import { call } from './call.ts'
import { isOwn } from './transport.ts'
import type { Visit } from './visit.ts'

/** Of those that RFC 5737 keeps for documents: nobody has it. */
const claimed = '203.0.113.79'
/** Another address of this machine than the one that its own proxy uses. */
const otherOwn = '127.0.0.79'

export const clientAddress: Examination = {
  id: 'client-address',
  title: 'The phone is shown the address of the browser',
  async examine({ config, publicUrl, visit }) {
    const { SCANLOGIN_TRUSTED_PROXIES: proxies, SCANLOGIN_API_KEY: [key] = [] } = config
    const come = await visit()
    if (key === undefined) return byItsLooks(publicUrl, proxies)
    if (!isSafe(publicUrl))
      return [skipped('it takes the API key to find out, and that stays here where there is no TLS')]
    const { hostname } = new URL(publicUrl)
    const target = await lookup(hostname.replace(/^\[|\]$/g, ''), { family: 4 }).catch(() => undefined)
    const local = target?.address.startsWith('127.') ? otherOwn : undefined
    const { seen, own } = await scan(come, key, local)
    return [judge({ seen, own, proxies, near: target ? isPrivate(target.address) : false })]
  },
}

/** The key goes along: over plain http only where it stays on this machine. */
function isSafe(publicUrl: string): boolean {
  return publicUrl.startsWith('https:') || isOwn(new URL(publicUrl).hostname)
}

/** The server speaks no TLS: where there is some, there is a proxy. */
function byItsLooks(publicUrl: string, proxies: number): readonly Finding[] {
  if (publicUrl.startsWith('https:') && proxies === 0)
    return [warn('SCANLOGIN_TRUSTED_PROXIES is 0, and a proxy speaks TLS in front', count)]
  return [skipped('it takes an API key to find out: set SCANLOGIN_API_KEY')]
}

const count = 'Set SCANLOGIN_TRUSTED_PROXIES to the number of proxies of your own that append to X-Forwarded-For.'
const scanned = z.object({
  scan_token: z.string(),
  context: z.object({ observed: z.object({ ip: z.string().optional() }) }),
})

async function scan({ api, begin }: Visit, key: string, localAddress: string | undefined) {
  const from = localAddress === undefined ? {} : { localAddress }
  const { payload, url, headers } = await begin({ ...from, headers: { 'x-forwarded-for': claimed } })
  const answer = await call(`${api}/scan`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: { qr: payload, user: { id: 'scanlogin-doctor', name: 'scanlogin doctor' } },
  })
  const { data } = scanned.safeParse(answer.status === 200 ? JSON.parse(answer.text) : undefined)
  if (!data) throw new Unready(`a scan by API key was answered ${answer.status}`)
  const { localAddress: own } = await call(url, { headers, ...from })
  return { seen: data.context.observed.ip, own }
}

interface Sighting {
  seen: string | undefined
  own: string
  proxies: number
  /** The site is on this machine or in its own network. */
  near: boolean
}

function judge({ seen, own, proxies, near }: Sighting): Finding {
  if (seen === claimed)
    return fail(
      `the server believes what a browser writes into X-Forwarded-For: SCANLOGIN_TRUSTED_PROXIES is ${proxies}`,
      `There are fewer proxies: ${count}`,
    )
  if (seen === undefined) return warn('the server knows no address of the browser', count)
  if (plain(own) === seen) return ok(`${seen}, as it should be`)
  if (near && isLoopback(seen))
    return fail(
      `the phone is shown ${seen}, which is the proxy’s: one address takes all places`,
      `There are more proxies: ${count}`,
    )
  if (!near && isPrivate(seen))
    return fail(
      `the phone is shown ${seen}, which is an address of your own network`,
      `There are more proxies: ${count}`,
    )
  if (near)
    return warn(
      `the phone is shown ${seen}, and this browser came from ${plain(own)}`,
      `If the first is a proxy’s: ${count}`,
    )
  return ok(`${seen}: it should be the one that the world sees this machine by`)
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

const ownNetworks = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  ownNetworks.addSubnet(network, bits)
ownNetworks.addSubnet('fc00::', 7, 'ipv6')
ownNetworks.addSubnet('fe80::', 10, 'ipv6')
ownNetworks.addAddress('::1', 'ipv6')

function isPrivate(address: string): boolean {
  return ownNetworks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
