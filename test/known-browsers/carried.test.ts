/** What the scan has found out about a browser goes with the ticket, on whichever node its next calls come in. */
import { describe, expect, it } from 'vitest'
import { knownBrowsers, type Policy, type Store } from '../../packages/scanlogin/src/index.ts'
import { start } from '../start.ts'
import { approve, type KeyedBrowser, type KeyedSite, open } from './scene.ts'

/** A site whose policy writes down what it is told, and how often the list of a user's browsers was read. */
function watched() {
  const heard: string[] = []
  const reads: string[] = []
  const witness: Policy = {
    name: 'witness',
    decide(step) {
      if ('knownBrowser' in step) heard.push(`${step.step}: ${step.knownBrowser}`)
      return { verdict: 'allow' }
    },
  }
  const counting = (store: Store): Store => ({
    ...store,
    get(key) {
      if (key.startsWith('b:')) reads.push(key)
      return store.get(key)
    },
  })
  const site = open({ store: counting, login: { policies: [witness] } })
  const { clock, store } = site
  const elsewhere = start({ login: { clock, store, browsers: knownBrowsers({ store, clock }), policies: [witness] } })

  /** The browser collects at another node; gives the status. */
  async function redeemElsewhere({ key, secret, ticket }: KeyedBrowser): Promise<number> {
    const path = `/v1/tickets/${ticket.id}/redeem`
    const dpop = await key.prove('POST', `https://id.example.com${path}`)
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', dpop }
    return (await elsewhere.fetch(path, { method: 'POST', headers, body: '{}' })).status
  }

  return { site, heard, reads, redeemElsewhere }
}

async function signIn(site: KeyedSite, browser: KeyedBrowser): Promise<void> {
  await approve(browser, site.phone)
  expect((await browser.redeem()).status).toBe(200)
}

describe('a sign-in with a browser key', () => {
  it('reads once which browsers its user has, and tells policies the same at each step', async () => {
    const { site, heard, reads } = watched()
    const browser = await site.newKeyed()
    for (const known of [false, true]) {
      heard.length = 0
      reads.length = 0
      await signIn(site, browser)
      expect(heard).toEqual([`scan: ${known}`, `confirm: ${known}`, `redeem: ${known}`])
      expect(reads).toHaveLength(1)
    }
  })

  it('goes on as it was scanned when its browser is forgotten meanwhile, which is then new for the next one', async () => {
    const { site, heard } = watched()
    const browser = await site.newKeyed()
    await signIn(site, browser)
    heard.length = 0
    await approve(browser, site.phone)
    await site.browsers.forgetAll(site.phone.user?.id ?? '')
    expect((await browser.redeem()).status).toBe(200)
    await signIn(site, browser)
    expect(heard.map(line => line.split(' ')[1])).toEqual(['true', 'true', 'true', 'false', 'false', 'false'])
  })

  it('is known on a node that has not seen it scanned', async () => {
    const { site, heard, redeemElsewhere } = watched()
    const browser = await site.newKeyed()
    await signIn(site, browser)
    await approve(browser, site.phone)
    await site.browsers.forgetAll(site.phone.user?.id ?? '')
    heard.length = 0
    expect(await redeemElsewhere(browser)).toBe(200)
    expect(heard).toEqual(['redeem: true'])
  })

  it('is asked about anew where a node of the version before has left out what the scan has heard', async () => {
    const { site, heard, redeemElsewhere } = watched()
    const browser = await site.newKeyed()
    await signIn(site, browser)
    await approve(browser, site.phone)
    await site.browsers.forgetAll(site.phone.user?.id ?? '')
    const key = `t:${browser.ticket.id}`
    const { version = 0, expiresAt = 0, value = '' } = (await site.store.get(key)) ?? {}
    expect(value).toMatch(/,1\]\]$/)
    await site.store.put(key, { version: version + 1, expiresAt, value: value.replace(/,1\]\]$/, ']]') })
    heard.length = 0
    expect(await redeemElsewhere(browser)).toBe(200)
    expect(heard).toEqual(['redeem: false'])
  })
})
