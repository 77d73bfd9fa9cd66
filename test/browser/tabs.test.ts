/** More tabs of one site than a browser opens connections to a host over HTTP/1.1, which is six. */
import { afterAll, describe, expect } from 'vitest'
import { endServers } from '../server/server.ts'
import { it } from './chromium.ts'
import { codeOn, greetedAs, idIn } from './screens.ts'
import { openSite } from './site.ts'

afterAll(endServers)

describe('eight tabs with a code each', () => {
  it('all load, and all are signed in', async ({ newVisitor }) => {
    const site = await openSite()
    const { context } = await newVisitor()
    // Who finds no connection has to wait until a hold ends.
    context.setDefaultTimeout(70_000)
    const tabs = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
    await Promise.all(tabs.map(tab => tab.goto(site.origin)))
    const codes = await Promise.all(tabs.map(tab => codeOn(tab)))
    expect(new Set(codes.map(idIn)).size).toBe(8)
    const phone = site.phoneOf('Alice')
    for (const tab of tabs) {
      expect((await phone.scan(await codeOn(tab))).status).toBe(200)
      expect((await phone.confirm()).status).toBe(200)
    }
    await Promise.all(tabs.map(tab => greetedAs(tab, 'Hello, Alice')))
  })
})
