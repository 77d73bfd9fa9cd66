/** Invented people, and what providers say about them. */
import type { Account } from '../../packages/server/src/accounts/account.ts'
import type { Meeting } from '../../packages/server/src/accounts/rules.ts'
import type { Sighting } from '../../packages/server/src/accounts/sighting.ts'
import type { AccountStore } from '../../packages/server/src/accounts/store.ts'

export const website: Sighting = { provider: 'wechat', appId: 'wx-website', subject: 'o-website-alice' }
/** The same person in another app of the same owner: another openid, the same unionid. */
export const miniProgram: Sighting = { provider: 'wechat', appId: 'wx-mini', subject: 'o-mini-alice' }
export const union = 'union-alice'
export const create = { rule: 'create' } as const
export const deny = { rule: 'deny' } as const

export function bind(accountId?: string) {
  return { rule: 'bind', ...(accountId !== undefined && { accountId }) } as const
}

/** Whom the meeting let in. */
export function entered(meeting: Meeting): Account {
  if (meeting.outcome === 'refused') throw new Error(`refused: ${meeting.reason}`)
  return meeting.account
}

/** The id of the account that the person has, or gets now. */
export async function idOf(accounts: AccountStore, sighting: Sighting): Promise<string> {
  return entered(await accounts.meet(sighting, create)).id
}

/** One person with two accounts, because the unionid appeared after both apps had met them. */
export async function disputed(accounts: AccountStore): Promise<{ one: string; two: string }> {
  const one = await idOf(accounts, website)
  const two = await idOf(accounts, { ...miniProgram, unionId: union })
  await accounts.meet({ ...website, unionId: union }, create)
  return { one, two }
}
