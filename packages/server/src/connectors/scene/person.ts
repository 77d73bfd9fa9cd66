/**
 * From the openid of a follower to the user whose phone it is. A person whom nobody here has seen is looked up by their
 * unionid first: by the openid alone, somebody who is known by the website's login would get a second account.
 */
import type { User } from 'scanlogin'
import type { AccountCalls } from 'scanlogin/wechat'
import type { ServerAccounts } from '../../accounts/setup.ts'

export type Follower = (openid: string) => Promise<User | undefined>

export interface FollowerOptions {
  appId: string
  accounts: Pick<ServerAccounts, 'identify' | 'accounts'>
  calls: Pick<AccountCalls, 'unionIdOf'>
}

/** `undefined` for a person who may not sign in. Throws what the database and WeChat's calls throw. */
export function followers({ appId, accounts, calls }: FollowerOptions): Follower {
  return async openid => {
    const key = { provider: 'wechat', appId, subject: openid }
    const isKnown = (await accounts.accounts.identity(key)) !== undefined
    const unionId = isKnown ? undefined : await calls.unionIdOf(openid)
    const identified = await accounts.identify({ ...key, ...(unionId !== undefined && { unionId }) })
    return identified.outcome === 'user' ? identified.user : undefined
  }
}
