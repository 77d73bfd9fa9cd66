/** Accounts as lines for a terminal. */
import type { Account, Conflict, Identity } from '../account.ts'

export function accountLine({ id, name = '', createdAt, ...account }: Account): string {
  const became = account.status === 'merged' ? ` into ${account.mergedInto}` : ''
  return [id, `${account.status}${became}`, day(createdAt), plain(name)].join('  ').trimEnd()
}

export function conflictLine({ identity, identityAccount, unionAccount, since }: Conflict): string {
  return `One person, two accounts since ${day(since)} (${identity.provider}): ${identityAccount} and ${unionAccount}`
}

export function accountSheet(account: Account, identities: readonly Identity[]): string {
  const lines = identities.map(({ provider, appId, subject, unionId, firstSeen, lastSeen }) =>
    [
      `  ${provider}  ${plain(appId)}  ${plain(subject)}`,
      ...(unionId === undefined ? [] : [`unionid ${plain(unionId)}`]),
      `first seen ${day(firstSeen)}, last seen ${day(lastSeen)}`,
    ].join('  '),
  )
  return [accountLine(account), ...lines].join('\n')
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** A name is somebody else's text: nothing in it moves the cursor or turns the line around. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '')
}
