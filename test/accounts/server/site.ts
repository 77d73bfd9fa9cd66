/** The real server with a database of accounts, and the people of its app. */

import { createActors, scriptedPhone } from '../../../packages/scanlogin/src/testing.ts'
import { openAccounts } from '../../../packages/server/src/accounts/open.ts'
import type { AccountStore } from '../../../packages/server/src/accounts/store.ts'
import { createLog } from '../../../packages/server/src/log.ts'
import { type Ended, endServers, type RunningServer, runServer, startServer } from '../../server/server.ts'
import { newFile } from '../servers/files.ts'

const apiKey = 'an-api-key-of-the-tests-own-back-end'

export interface SiteWithAccounts {
  readonly server: RunningServer
  /** The same database, through a handle of the test's own. */
  readonly accounts: AccountStore
  /** `scanlogin accounts …`, with the configuration of the server. */
  command(...words: string[]): Promise<Ended>
  /** A browser whose sign-in this user has confirmed. */
  confirmed(userId: string): Promise<ReturnType<typeof createActors>['browser']>
}

export async function startSite(env: Readonly<Record<string, string>> = {}): Promise<SiteWithAccounts> {
  const database = `file:${newFile()}`
  const settings = { SCANLOGIN_DATABASE: database, SCANLOGIN_API_KEY: apiKey, ...env }
  const server = await startServer(settings)
  const url = `${server.url}/v1`
  const accounts = await openAccounts(settings.SCANLOGIN_DATABASE, { log: createLog('silent') })
  opened.push(accounts)
  return {
    server,
    accounts,
    command: (...words) => runServer(settings, ['accounts', ...words]),
    async confirmed(id) {
      const { browser } = createActors({ url, apiKey, origin: server.origin })
      const phone = scriptedPhone({ url, apiKey, user: { id } })
      await browser.create()
      await phone.scan(browser.ticket.qr.url)
      await phone.confirm()
      return browser
    },
  }
}

/** Ends the servers, and the tests' own handles on their databases. */
export async function endSites(): Promise<void> {
  await endServers()
  await Promise.all(opened.splice(0).map(accounts => accounts.close()))
}

const opened: AccountStore[] = []
