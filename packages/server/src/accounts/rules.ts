/**
 * Which account a sighting belongs to, and what has to be written down for it. Nothing is read or written here: the
 * facts come in, the decision goes out, and who asks carries it out in the transaction that read the facts.
 */
import { type Account, type Conflict, type Identity, isOwnId } from './account.ts'
import type { FirstSight, Sighting } from './sighting.ts'

/** What is known about a sighting. */
export interface Facts {
  /** Found by provider, app id and subject, with the account it belongs to. */
  readonly known?: Known | undefined
  /** The account that has the sighting's unionid. */
  readonly kin?: Account | undefined
  /** The account that `bind` names, where there is one. */
  readonly signedIn?: Account | undefined
  /** The conflict that stands between the two above since an earlier sighting. */
  readonly conflict?: Conflict | undefined
}

export interface Known {
  readonly identity: Identity
  readonly account: Account
}

export type Meeting = Entered | Refused

export interface Entered {
  readonly outcome: 'known' | 'created' | 'bound'
  readonly account: Account
  /** The person has another account too, as long as nobody has merged the two. */
  readonly conflict?: Conflict
}

export interface Refused {
  readonly outcome: 'refused'
  /**
   * `unknown`: nobody here, and the rule is not to create. `locked`: nobody gets in. `taken`: the person is somebody else
   * than who is signed in.
   */
  readonly reason: 'unknown' | 'locked' | 'taken'
}

export type Change =
  | { readonly change: 'account'; readonly account: Account }
  | { readonly change: 'union'; readonly provider: string; readonly unionId: string; readonly accountId: string }
  | { readonly change: 'identity'; readonly identity: Identity }
  | { readonly change: 'seen'; readonly identity: Identity }
  | { readonly change: 'profile'; readonly account: Account }
  | { readonly change: 'conflict'; readonly conflict: Conflict }

export interface Decision {
  readonly meeting: Meeting
  /** In the order in which they have to be written. Empty where the sighting says nothing new. */
  readonly changes: readonly Change[]
}

export interface Circumstances {
  readonly firstSight: FirstSight
  /** ms since the epoch. */
  readonly now: number
  /** The id that an account gets if one is created. */
  readonly newId: string
}

export function decide(sighting: Sighting, facts: Facts, circumstances: Circumstances): Decision {
  if (facts.known) return recognise(sighting, facts, facts.known, circumstances)
  if (facts.kin) return join(sighting, facts.kin, circumstances)
  return meetFirst(sighting, facts, circumstances)
}

/** The exact identity is here: it says who this is, whatever else has changed. */
function recognise(sighting: Sighting, facts: Facts, known: Known, { firstSight, now }: Circumstances): Decision {
  const { identity, account } = known
  const { provider, unionId } = sighting
  const meeting = enter(sighting, account, firstSight)
  if (meeting.outcome === 'refused') return { meeting, changes: [] }
  if (unionId === undefined || unionId === identity.unionId) return { meeting, changes: refresh(sighting, known, now) }
  const kin = facts.kin
  if (kin && kin.id !== account.id) return dispute(sighting, known, kin, facts.conflict, { meeting, now })
  // It appeared, or the app moved to another owner: the account stays, and is found by the new unionid from now on.
  const union: Change[] = kin ? [] : [{ change: 'union', provider, unionId, accountId: account.id }]
  const learnt: Change = { change: 'seen', identity: { ...identity, unionId, lastSeen: now } }
  return { meeting, changes: [...union, learnt, ...profile(sighting, account)] }
}

/** The unionid belongs to another account: the person keeps the id they had, and somebody is told. */
function dispute(
  sighting: Sighting,
  known: Known,
  kin: Account,
  standing: Conflict | undefined,
  { meeting, now }: { meeting: Entered; now: number },
): Decision {
  const { provider, appId, subject, unionId = '' } = sighting
  const conflict: Conflict = standing ?? {
    identity: { provider, appId, subject },
    unionId,
    identityAccount: known.account.id,
    unionAccount: kin.id,
    since: now,
  }
  const report: Change[] = standing ? [] : [{ change: 'conflict', conflict }]
  // A lock on either account is a lock on the person.
  if (kin.status === 'locked') return { meeting: refused('locked'), changes: report }
  return { meeting: { ...meeting, conflict }, changes: [...refresh(sighting, known, now), ...report] }
}

/** Another app of the same provider has met this person: the identity joins the account. */
function join(sighting: Sighting, kin: Account, { firstSight, now }: Circumstances): Decision {
  const meeting = enter(sighting, kin, firstSight)
  if (meeting.outcome === 'refused') return { meeting, changes: [] }
  const joined: Change = { change: 'identity', identity: identityOf(sighting, kin.id, now) }
  return { meeting, changes: [joined, ...profile(sighting, kin)] }
}

function meetFirst(sighting: Sighting, { signedIn }: Facts, circumstances: Circumstances): Decision {
  const { firstSight, now, newId } = circumstances
  switch (firstSight.rule) {
    case 'deny':
      return nothing('unknown')
    case 'create':
      return open(sighting, newId, 'created', now)
    case 'bind':
      if (firstSight.accountId === undefined) return nothing('unknown')
      if (!signedIn) {
        // A user of the host's own app gets an account with the host's id; one of our ids without account is gone.
        return isOwnId(firstSight.accountId) ? nothing('locked') : open(sighting, firstSight.accountId, 'bound', now)
      }
      if (signedIn.status !== 'active') return nothing('locked')
      return { meeting: { outcome: 'bound', account: signedIn }, changes: attach(sighting, signedIn, now) }
  }
}

function open(sighting: Sighting, id: string, outcome: 'created' | 'bound', now: number): Decision {
  const account: Account = { ...shown(sighting), id, status: 'active', createdAt: now }
  return {
    meeting: { outcome, account },
    changes: [{ change: 'account', account }, ...attach(sighting, account, now)],
  }
}

function attach(sighting: Sighting, { id }: Account, now: number): Change[] {
  const { provider, unionId } = sighting
  return [
    ...(unionId === undefined ? [] : [{ change: 'union', provider, unionId, accountId: id } as const]),
    { change: 'identity', identity: identityOf(sighting, id, now) },
  ]
}

function enter(sighting: Sighting, account: Account, firstSight: FirstSight): Meeting {
  if (account.status !== 'active') return refused('locked')
  const wanted = firstSight.rule === 'bind' ? firstSight.accountId : undefined
  if (wanted !== undefined && wanted !== account.id) return refused('taken')
  return { outcome: 'known', account: { ...account, ...shown(sighting) } }
}

/** A write for each sign-in would tell little: once an hour is enough. */
function refresh(sighting: Sighting, { identity, account }: Known, now: number): Change[] {
  const recent = now - identity.lastSeen < anHour
  const seen: Change[] = recent ? [] : [{ change: 'seen', identity: { ...identity, lastSeen: now } }]
  return [...seen, ...profile(sighting, account)]
}

function profile(sighting: Sighting, account: Account): Change[] {
  const { name = account.name, avatar = account.avatar } = sighting
  if (name === account.name && avatar === account.avatar) return []
  return [{ change: 'profile', account: { ...account, ...shown(sighting) } }]
}

const anHour = 3_600_000

function shown({ name, avatar }: Sighting): { name?: string; avatar?: string } {
  return { ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) }
}

function identityOf({ provider, appId, subject, unionId }: Sighting, accountId: string, now: number): Identity {
  return {
    provider,
    appId,
    subject,
    ...(unionId !== undefined && { unionId }),
    accountId,
    firstSeen: now,
    lastSeen: now,
  }
}

function nothing(reason: 'unknown' | 'locked'): Decision {
  return { meeting: refused(reason), changes: [] }
}

function refused(reason: Refused['reason']): Refused {
  return { outcome: 'refused', reason }
}
