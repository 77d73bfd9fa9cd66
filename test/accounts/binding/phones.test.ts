/** A phone that a connector has signed in, and the identity by which it did. */
import { memoryStore } from 'scanlogin'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accountAvailable } from '../../../packages/server/src/accounts/available.ts'
import { openAccounts } from '../../../packages/server/src/accounts/open.ts'
import { phoneSessions } from '../../../packages/server/src/connectors/phone-sessions.ts'
import { createLog } from '../../../packages/server/src/log.ts'
import { newFile } from '../servers/files.ts'

const owner = { provider: 'wechat', appId: 'wx0000000000000001', subject: 'owner' }
const intruder = { provider: 'wechat', appId: 'wx0000000000000001', subject: 'intruder' }

describe('a phone on which somebody is signed in by a provider', () => {
  it('is nobody’s once the identity was removed from the account', async () => {
    const { accounts, account, signIn, userOf } = await start()
    const [owners, intruders] = [await signIn(owner), await signIn(intruder)]
    expect([await userOf(owners), await userOf(intruders)]).toEqual([account.id, account.id])
    expect(await accounts.release(account.id, intruder)).toBe('released')
    expect([await userOf(owners), await userOf(intruders)]).toEqual([account.id, undefined])
  })

  it('is nobody’s once the identity is somebody else’s', async () => {
    const { accounts, account, signIn, userOf } = await start()
    const cookie = await signIn(intruder)
    await accounts.unlink(intruder)
    await accounts.meet(intruder, { rule: 'create' })
    expect([await userOf(cookie), await userOf(await signIn(owner))]).toEqual([undefined, account.id])
  })

  it('has the same session where its callback is repeated', async () => {
    const { account, signIn, userOf } = await start()
    const [one, other] = [await signIn(owner), await signIn(owner)]
    expect(other).toBe(one)
    expect(await userOf(one)).toBe(account.id)
  })
})

/** One account with two ways in. */
async function start() {
  const accounts = await openAccounts(`file:${newFile()}`, { log: createLog('silent') })
  onTestFinished(() => accounts.close())
  const store = memoryStore()
  const meeting = await accounts.meet(owner, { rule: 'create' })
  if (meeting.outcome === 'refused') throw new Error(meeting.reason)
  const { account } = meeting
  await accounts.meet(intruder, { rule: 'bind', accountId: account.id })
  const phones = phoneSessions({ store, accounts, secure: false, available: accountAvailable(accounts) })
  return {
    accounts,
    account,
    async signIn(identity: typeof owner) {
      const token = Buffer.from(identity.subject.padEnd(32)).toString('base64url')
      const caller = { peer: undefined, header: () => undefined }
      const cookie = await phones.open({ user: { id: account.id }, identity, token }, caller)
      return cookie.split(';')[0] ?? ''
    },
    async userOf(cookie: string) {
      return (await phones.authenticate(new Request('https://id.example.com/v1/scan', { headers: { cookie } })))?.id
    },
  }
}
